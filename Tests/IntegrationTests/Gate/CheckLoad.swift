import Synchronization
import TestSupport

/// Threads that ask a gate one thing after the other, each time on a connection of its own, until `stop()`.
final class CheckLoad: Sendable {
    /// What came back: how often each status, and each failure by its text.
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

    /// - Parameter ask: one request of the thread with that number; its status.
    init(threads: Int, pause: Duration = .zero, ask: @escaping @Sendable (_ thread: Int) throws -> Int?) {
        let shared = shared
        self.threads = (0..<threads).map { number in
            JoinableThread {
                while !shared.isStopping.load(ordering: .relaxed) {
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

    /// So far.
    var report: Report { shared.report.withLock { $0 } }

    /// Waits until `count` more requests are answered.
    func waitForAnswers(_ count: Int, within duration: Duration = .seconds(20)) throws {
        let goal = report.count + count
        try eventually("\(count) more answers", within: duration) { report.count >= goal }
    }

    /// Begins no further request, waits for those under way, and reports.
    func stop() -> Report {
        shared.isStopping.store(true, ordering: .relaxed)
        for thread in threads { thread.join() }
        return report
    }
}
