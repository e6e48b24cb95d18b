/// One of the N slots at which a worker should serve.
enum PoolSlot: Equatable, Sendable {
    /// Nobody serves here; somebody is on the way.
    /// → staffed when that one serves; → itself when that one dies.
    case vacant(Successor)
    /// A worker serves.
    /// → vacant when it dies or hangs; → changing when the settings were read again.
    case staffed(PoolWorker)
    /// A worker serves with other settings than it should, and goes when its successor serves.
    /// → staffed when the successor serves, or when workers cannot work with the new settings; → vacant when the
    /// worker dies; → itself when the successor dies.
    case changing(PoolWorker, Successor)

    /// The worker that is to serve at a slot.
    enum Successor: Equatable, Sendable {
        /// Starts at that time. → starting
        case due(MonotonicInstant)
        /// Runs, and has not said yet that it serves. → due when it dies or hangs
        case starting(PoolWorker)
    }

    /// The worker that serves.
    var serving: PoolWorker? {
        switch self {
        case .vacant: nil
        case .staffed(let worker), .changing(let worker, _): worker
        }
    }

    /// The worker that runs and does not serve yet.
    var starting: PoolWorker? {
        switch self {
        case .vacant(.starting(let worker)), .changing(_, .starting(let worker)): worker
        case .vacant(.due), .staffed, .changing(_, .due): nil
        }
    }

    /// When the next worker of this slot is to be started.
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

    /// The slot with another successor on its way.
    func with(_ successor: Successor) -> PoolSlot {
        switch self {
        case .vacant: .vacant(successor)
        case .staffed(let worker), .changing(let worker, _): .changing(worker, successor)
        }
    }
}
