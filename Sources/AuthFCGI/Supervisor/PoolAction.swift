/// An action that the pool requires of the supervisor.
enum PoolAction: Equatable, Sendable {
    /// Start worker `number` in an unused scoreboard slot, with the settings of this generation. One that `takesOver` from a
    /// worker that serves has to use its store before it serves itself.
    case spawn(slot: Int, number: Int, generation: Int, takesOver: Bool = false)
    /// Ask a worker to finish its requests in flight and exit (SIGTERM).
    case terminate(slot: Int)
    /// End a worker at once (SIGKILL).
    case kill(slot: Int, KillReason)
    /// A worker exited unexpectedly; its replacement starts after the delay.
    case lost(number: Int, respawnAfter: Duration)
    /// The first worker is serving.
    case ready
    /// All workers are serving with the settings of this generation.
    case reloaded(generation: Int)
    /// Workers cannot serve with the latest settings; those of generation `fallback` apply again.
    case refused(fallback: Int)
    /// No worker is left: exit with this code.
    case finished(status: Int32)
}
