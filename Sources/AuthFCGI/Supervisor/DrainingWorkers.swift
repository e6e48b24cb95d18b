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

    var numbers: [Int] { states.keys.sorted() }

    func contains(number: Int) -> Bool { states[number] != nil }

    /// The workers that finish their requests, and their deadlines.
    var draining: [(worker: PoolWorker, until: MonotonicInstant)] {
        numbers.compactMap { number in
            guard case .draining(let worker, let end) = states[number] else { return nil }
            return (worker, end)
        }
    }

    mutating func drain(_ worker: PoolWorker, until end: MonotonicInstant) {
        states[worker.number] = .draining(worker, until: end)
    }

    mutating func kill(number: Int) { states[number] = .killed }

    /// Removes a worker whose process has ended.
    /// - Returns: true if the worker was shutting down.
    mutating func end(number: Int) -> Bool { states.removeValue(forKey: number) != nil }
}
