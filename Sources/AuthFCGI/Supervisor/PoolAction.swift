/// What the pool wants done.
enum PoolAction: Equatable, Sendable {
    /// Start a worker under a number that nobody uses, with the settings of this generation.
    case spawn(number: Int, generation: Int)
    /// Tell a worker to finish and end.
    case terminate(number: Int)
    /// End a worker at once.
    case kill(number: Int, KillReason)
    /// A worker has died that should have served; another one follows after the delay.
    case lost(number: Int, respawnAfter: Duration)
    /// The first worker serves.
    case ready
    /// All workers serve with the settings of this generation.
    case reloaded(generation: Int)
    /// Workers cannot work with the settings that were read last; those of this generation are in force again.
    case refused(fallback: Int)
    /// No worker is left: end with this exit code.
    case finished(status: Int32)
}
