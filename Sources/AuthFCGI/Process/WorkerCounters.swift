internal import Synchronization

/// What a worker counts, since the program started. One writer, so an add never waits.
struct WorkerCounters: ~Copyable {
    /// Checks asked for.
    let checks = Atomic<UInt64>(0)
}
