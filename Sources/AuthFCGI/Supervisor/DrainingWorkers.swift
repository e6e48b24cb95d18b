/// The worker processes that are shutting down, by the number of their scoreboard slot.
struct DrainingWorkers: Sendable {
    private enum State: Equatable {
        /// Finishes its requests in flight. → killed at `until`, or when it hangs
        case draining(PoolWorker, until: MonotonicInstant)
        /// SIGKILL was sent; the process has not been reaped yet.
        case killed
    }

    private var states: [Int: State] = [:]

    var isEmpty: Bool { states.isEmpty }

    var slots: [Int] { states.keys.sorted() }

    func contains(slot: Int) -> Bool { states[slot] != nil }

    /// The workers that finish their requests, and their deadlines.
    var draining: [(worker: PoolWorker, until: MonotonicInstant)] {
        slots.compactMap { slot in
            guard case .draining(let worker, let end) = states[slot] else { return nil }
            return (worker, end)
        }
    }

    mutating func drain(_ worker: PoolWorker, until end: MonotonicInstant) {
        states[worker.slot] = .draining(worker, until: end)
    }

    mutating func kill(slot: Int) { states[slot] = .killed }

    /// Removes a worker whose process has ended.
    /// - Returns: true if the worker was shutting down.
    mutating func end(slot: Int) -> Bool { states.removeValue(forKey: slot) != nil }
}
