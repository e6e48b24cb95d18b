/// Distinguishes a worker that hangs from one that had no processor time.
struct HangWatch: Sendable {
    /// The time without a turn of its event loop after which a worker counts as hung.
    static let hangTime = Duration.seconds(3)
    /// The time that a new worker has for the first turn of its event loop.
    static let startTime = Duration.seconds(10)
    /// The longest regular interval between two looks at the scoreboard. After a longer one, the time before counts for
    /// no worker: the supervisor did not run, and perhaps the workers did not either.
    static let maxGap = Duration.seconds(2)

    private var lastLook: MonotonicInstant?
    private var awakeSince = MonotonicInstant(nanoseconds: 0)

    /// Records that the supervisor looks at the scoreboard.
    mutating func look(at now: MonotonicInstant) {
        if let lastLook, now - lastLook > Self.maxGap { awakeSince = now }
        lastLook = now
    }

    /// Returns the time for which the worker's event loop has stalled; nil if that is within the limit.
    func hang(_ worker: PoolWorker, _ sample: WorkerSample, at now: MonotonicInstant) -> Duration? {
        let time = now - max(sample.lastTick ?? worker.since, worker.since, awakeSince)
        return time > (sample.lastTick == nil ? Self.startTime : Self.hangTime) ? time : nil
    }
}
