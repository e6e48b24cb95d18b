/// Tells a worker that hangs from one that had no chance to run.
struct HangWatch: Sendable {
    /// A worker whose loop has not turned for this long hangs.
    static let hangTime = Duration.seconds(3)
    /// How long a new worker may take to its loop's first turn.
    static let startTime = Duration.seconds(10)
    /// When the last look is longer ago than this, the supervisor did not run, nor perhaps did the workers: what they
    /// missed in that time is not held against them.
    static let maxGap = Duration.seconds(2)

    private var lastLook: MonotonicInstant?
    private var awakeSince = MonotonicInstant(nanoseconds: 0)

    /// The supervisor looks at the scoreboard.
    mutating func look(at now: MonotonicInstant) {
        if let lastLook, now - lastLook > Self.maxGap { awakeSince = now }
        lastLook = now
    }

    /// For how long the worker's loop has stood still, if that is too long.
    func hang(_ worker: PoolWorker, _ sample: WorkerSample, at now: MonotonicInstant) -> Duration? {
        let time = now - max(sample.lastTick ?? worker.since, worker.since, awakeSince)
        return time > (sample.lastTick == nil ? Self.startTime : Self.hangTime) ? time : nil
    }
}
