/// The worker processes that should serve no more, by the number of their slot on the scoreboard.
struct DrainingWorkers: Sendable {
    private enum State: Equatable {
        /// Was told to end. → killed at that time, or when it hangs
        case draining(PoolWorker, until: MonotonicInstant)
        /// Will be gone in a moment.
        case killed
    }

    private var states: [Int: State] = [:]

    var isEmpty: Bool { states.isEmpty }

    var numbers: [Int] { states.keys.sorted() }

    func contains(number: Int) -> Bool { states[number] != nil }

    /// Those that were told to end, and until when they may take to do so.
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

    /// A process has ended.
    /// - Returns: whether it was one of these.
    mutating func end(number: Int) -> Bool { states.removeValue(forKey: number) != nil }
}
