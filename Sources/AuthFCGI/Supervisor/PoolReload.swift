/// A reload of the settings that not all workers have completed.
struct PoolReload: Sendable {
    /// The previous target, which applies again if the reload is refused.
    let fallback: WorkerPool.Target
    /// True once a worker serves with the new settings, and from the beginning if no worker served with others. Until
    /// then, a worker that dies is replaced by one with the previous settings.
    private(set) var isProven: Bool
    /// The time at which the reload is refused unless another worker serves with the new settings before.
    private(set) var deadline: MonotonicInstant
    private let patience: Duration

    /// - Parameters:
    ///   - isProven: true if no worker serves that the reload could replace.
    ///   - patience: the time within which the next worker has to serve with the new settings.
    init(from fallback: WorkerPool.Target, isProven: Bool, patience: Duration, at now: MonotonicInstant) {
        self.fallback = fallback
        self.isProven = isProven
        self.patience = patience
        deadline = now + patience
    }

    /// A worker serves with the new settings.
    mutating func progress(at now: MonotonicInstant) {
        isProven = true
        deadline = now + patience
    }
}
