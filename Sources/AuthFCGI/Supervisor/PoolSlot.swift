/// One of the pool's slots, each of which should have a serving worker.
enum PoolSlot: Equatable, Sendable {
    /// No worker serves; the successor is due or starting.
    /// → staffed when the successor serves; → itself when the successor dies.
    case vacant(Successor)
    /// A worker serves.
    /// → vacant when it dies or hangs; → changing after a reload of the settings.
    case staffed(PoolWorker)
    /// A worker with outdated settings serves until its successor has used its store and serves.
    /// → staffed when the successor serves, when workers cannot serve with the new settings, and when the settings change
    /// once more; → vacant when the worker dies; → itself when the successor dies.
    case changing(PoolWorker, Successor)

    /// The next worker of a slot.
    enum Successor: Equatable, Sendable {
        /// Starts at that time. → starting
        case due(MonotonicInstant)
        /// Runs, but does not serve yet. → due when it dies or hangs
        case starting(PoolWorker)
    }

    /// The worker that serves.
    var serving: PoolWorker? {
        switch self {
        case .vacant: nil
        case .staffed(let worker), .changing(let worker, _): worker
        }
    }

    /// The worker that runs but does not serve yet.
    var starting: PoolWorker? {
        switch self {
        case .vacant(.starting(let worker)), .changing(_, .starting(let worker)): worker
        case .vacant(.due), .staffed, .changing(_, .due): nil
        }
    }

    /// The workers that run.
    var workers: [PoolWorker] { [serving, starting].compactMap(\.self) }

    /// The start time of the slot's next worker.
    var due: MonotonicInstant? {
        switch self {
        case .vacant(.due(let time)), .changing(_, .due(let time)): time
        case .vacant(.starting), .staffed, .changing(_, .starting): nil
        }
    }

    var isChanging: Bool {
        switch self {
        case .changing: true
        case .vacant, .staffed: false
        }
    }

    /// Returns the slot with another successor.
    func with(_ successor: Successor) -> PoolSlot {
        switch self {
        case .vacant: .vacant(successor)
        case .staffed(let worker), .changing(let worker, _): .changing(worker, successor)
        }
    }
}
