import Synchronization
import TestSupport
import Testing

/// Floods of notifications, a thousand of 7.8 KB in each transaction: by a role to which nothing is granted, and by one that
/// knows the workers' channel. They measure time, so nothing runs beside them.
@Suite struct NotificationFloodTests {
    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let gate: GateProcess

    init() throws {
        folder = try TestFolder()
        server = try PostgreSQLServer(in: folder)
        gate = try GateProcess(in: folder, server: server, workers: 1)
        try server.psql("CREATE ROLE stranger LOGIN")
    }

    /// Notifies, in one transaction after the other, until it is stopped.
    private final class Flood: Sendable {
        private let isStopping = Atomic(false)
        private let outcome = Mutex((transactions: 0, failure: String?.none))
        private let thread = Mutex<JoinableThread?>(nil)

        init(_ server: PostgreSQLServer, on channel: String) {
            let hash = String(repeating: "0123456789abcdef", count: 4)
            let payload = "h:" + String(repeating: hash + ",", count: 118)
            let thread = JoinableThread { [self] in
                while !isStopping.load(ordering: .relaxed) {
                    let result = Result {
                        try server.psql(
                            """
                            SELECT count(pg_notify('\(channel)', '\(payload)' || encode(sha256(i::text::bytea), 'hex')))
                            FROM generate_series(1, 1000) i
                            """, user: "stranger")
                    }
                    outcome.withLock { outcome in
                        outcome.transactions += 1
                        if case .failure(let error) = result { outcome.failure = "\(error)" }
                    }
                }
            }
            self.thread.withLock { $0 = thread }
        }

        var transactions: Int { outcome.withLock { $0.transactions } }
        var failure: String? { outcome.withLock { $0.failure } }

        func stop() {
            isStopping.store(true, ordering: .relaxed)
            thread.withLock { $0 }?.join()
        }
    }

    @Test(arguments: [true, false])
    func `no check fails or waits for long, no worker is replaced, and a logout counts`(knowsChannel: Bool) throws {
        let channel = knowsChannel ? try server.psql("SELECT channel FROM session_channel") : "authfcgi_revoked"
        if !knowsChannel {
            let error = #expect(throws: SupportError.self) {
                try server.psql("SELECT channel FROM session_channel", user: "stranger")
            }
            #expect("\(error, default: "")".contains("permission denied"))
        }
        let tokens = try (0..<20).map { try gate.signIn("user-\($0)") }
        let workers = try gate.workers
        let times = Mutex<[Duration]>([])
        let load = CheckLoad(threads: 4, pause: .milliseconds(5)) { [gate] thread in
            let start = ContinuousClock.now
            defer { times.withLock { $0.append(ContinuousClock.now - start) } }
            return try gate.check(tokens[(times.withLock { $0.count } + thread) % tokens.count])
        }
        try load.waitForAnswers(100)
        let flood = Flood(server, on: channel)
        defer { flood.stop() }
        try eventually("the flood has begun") { flood.transactions > 2 }
        times.withLock { $0 = [] }
        let start = ContinuousClock.now
        for number in 0..<5 {
            let ended = try gate.signIn("ended-\(number)")
            #expect(try gate.check(ended) == 200)
            try server.psql("SELECT revoke_access_token('\(ended)')")
            try gate.expectRefusal(of: ended, endedAt: .now)
        }
        sleepThread(for: start + .seconds(6) - .now)
        flood.stop()
        let report = load.stop()
        #expect(flood.transactions > 20 && flood.failure == nil, "\(flood.transactions), \(flood.failure ?? "")")
        #expect(report.failures == [:] && Set(report.statuses.keys) == [200], "\(report)")
        let sorted = times.withLock { $0 }.sorted()
        let p99 = sorted[sorted.count * 99 / 100]
        print("  \(flood.transactions) transactions, \(sorted.count) checks, p99 \(p99), longest \(report.longest)")
        #expect(p99 < .milliseconds(400), "p99 \(p99), longest \(report.longest)")
        #expect(try gate.workers == workers)
        // The worker stops listening for some seconds, again and again.
        let floods = gate.lines(with: "connection lost: there is a flood of notifications")
        #expect(knowsChannel ? (1...3).contains(floods) : floods == 0, "\(gate.log)")
        #expect(gate.lines(with: "connection lost") == floods, "\(gate.log)")
        #expect(gate.lines(with: "reconnecting to PostgreSQL to request notifications again") <= floods)
        #expect(gate.lines(with: "killing worker") == 0, "\(gate.log)")
    }
}
