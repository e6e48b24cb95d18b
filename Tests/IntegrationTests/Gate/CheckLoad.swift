import Synchronization
import TestSupport

/// Threads that send requests to a gate one after the other, each on a new connection, until `stop()`.
final class CheckLoad: Sendable {
    /// The number of responses with each status, and of each failure by its text.
    struct Report: Sendable {
        var statuses: [Int: Int] = [:]
        var failures: [String: Int] = [:]
        var longest = Duration.zero

        var count: Int { statuses.values.reduce(0, +) }
    }

    private final class Shared: Sendable {
        let isStopping = Atomic(false)
        let report = Mutex(Report())
    }

    private let shared = Shared()
    private let threads: [JoinableThread]

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - pause: The pause after each request of a thread.
    ///   - rate: The number of requests of all threads together in a second, as far as the gate keeps up: those that come too
    ///     late are made up for. Nil for no limit.
    ///   - ask: Sends one request of the thread with the given number and returns its status.
    init(
        threads: Int, pause: Duration = .zero, perSecond rate: Int? = nil,
        ask: @escaping @Sendable (_ thread: Int) throws -> Int?
    ) {
        let shared = shared
        let interval = rate.map { Duration.seconds(threads) / $0 }
        self.threads = (0..<threads).map { number in
            JoinableThread {
                var due = ContinuousClock.now + (interval ?? .zero) * number / threads
                while !shared.isStopping.load(ordering: .relaxed) {
                    if let interval {
                        let wait = due - ContinuousClock.now
                        if wait > .zero { sleepThread(for: wait) }
                        due += interval
                    }
                    let start = ContinuousClock.now
                    let result = Result { try ask(number) }
                    let time = ContinuousClock.now - start
                    shared.report.withLock { report in
                        switch result {
                        case .success(let status): report.statuses[status ?? 0, default: 0] += 1
                        case .failure(let error): report.failures["\(error)", default: 0] += 1
                        }
                        report.longest = max(report.longest, time)
                    }
                    if pause > .zero { sleepThread(for: pause) }
                }
            }
        }
    }

    deinit { _ = stop() }

    /// The report so far.
    var report: Report { shared.report.withLock { $0 } }

    /// Waits until `count` more requests have a response.
    func waitForAnswers(_ count: Int, within duration: Duration = .seconds(20)) throws {
        let goal = report.count + count
        try eventually("\(count) more answers", within: duration) { report.count >= goal }
    }

    /// Starts no further requests, waits for those in flight, and returns the report.
    func stop() -> Report {
        shared.isStopping.store(true, ordering: .relaxed)
        for thread in threads { thread.join() }
        return report
    }
}
