internal import Synchronization

/// What a worker counts, since the program started. One writer, so an add never waits.
struct WorkerCounters: ~Copyable {
    /// Checks asked for.
    let checks = Atomic<UInt64>(0)
    /// Answers that were given from memory.
    let kept = Atomic<UInt64>(0)
    /// Answers that were given by what lay in Redis.
    let shared = Atomic<UInt64>(0)
    /// Sessions that PostgreSQL was asked for.
    let lookUps = Atomic<UInt64>(0)
    /// Uses of sessions that PostgreSQL was given to write down.
    let writtenUses = Atomic<UInt64>(0)
}
