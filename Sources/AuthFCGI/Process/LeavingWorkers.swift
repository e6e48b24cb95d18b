/// The worker processes that should serve no more, by the number of their page.
struct LeavingWorkers: Sendable {
    private enum State: Equatable {
        /// Was told to end. → killed at that time, or when it hangs
        case draining(PoolWorker, until: MonotonicInstant)
        /// Will be gone in a moment.
        case killed
    }

    private var states: [Int: State] = [:]

    var isEmpty: Bool { states.isEmpty }

    var pages: [Int] { states.keys.sorted() }

    func contains(page: Int) -> Bool { states[page] != nil }

    /// Those that were told to end, and until when they may take to do so.
    var draining: [(worker: PoolWorker, until: MonotonicInstant)] {
        pages.compactMap { page in
            guard case .draining(let worker, let end) = states[page] else { return nil }
            return (worker, end)
        }
    }

    mutating func drain(_ worker: PoolWorker, until end: MonotonicInstant) {
        states[worker.page] = .draining(worker, until: end)
    }

    mutating func kill(page: Int) { states[page] = .killed }

    /// A process has ended.
    /// - Returns: whether it was one of these.
    mutating func end(page: Int) -> Bool { states.removeValue(forKey: page) != nil }
}
