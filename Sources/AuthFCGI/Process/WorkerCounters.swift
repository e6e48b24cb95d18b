internal import Synchronization

/// What a worker counts, since the program started. One writer, so an add never waits.
struct WorkerCounters: ~Copyable {
    /// Connections accepted.
    let connections = Atomic<UInt64>(0)
    /// Checks answered.
    let checks = Atomic<UInt64>(0)
}
