import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// A slow PostgreSQL: some checks fail, none has a wrong result, and the queue stays short.
@Suite struct SlowServerTests {
    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let seed: TestStore

    init() async throws {
        folder = try TestFolder()
        server = try PostgreSQLServer(in: folder)
        seed = try await TestStore.startKeeping(server.url())
    }

    /// The backends are stopped most of the time, for this duration each time.
    @Test(arguments: [80, 400, 900])
    func `while PostgreSQL stalls four fifths of the time, checks are answered in time or fail`(
        milliseconds: Int
    ) async throws {
        let pod = try await TestStore.startKeeping(server.url(), as: "pod") {
            // Fewer than sessions: most checks are look-ups.
            $0.cachedSessions = 200
            $0.postgreSQL.lookUpLimit = 256
        }
        let tokens = try TestStore.tokens(2000, on: server, "postgres")
        try await pod.warm(tokens[0])
        let stutter = try StutteringBackends(
            of: server, stopped: .milliseconds(milliseconds), running: .milliseconds(milliseconds / 4))
        let flood = await CheckFlood(pod.store, tokens, perTurn: 4)
        try await Task.sleep(for: .milliseconds(2500))
        let counts = await flood.stop()
        stutter.stop()
        #expect(counts.refused == 0, "\(counts)")
        #expect(counts.confirmed > 100, "\(counts)")
        // The deadline of a look-up is 700 ms, and a repeated one may take longer.
        #expect(counts.longest < .milliseconds(1500), "\(counts)")
        #expect(counts.mostWaiting <= 256, "\(counts)")

        // After the fault the store recovers without help.
        let after = await CheckFlood(pod.store, Array(tokens.prefix(100)), perTurn: 4)
        let deadline = Deadline(within: .seconds(5))
        while await after.counts.kept < 1000 { try #require(!deadline.hasPassed, "nothing is kept again") }
        #expect(await after.stop().refused == 0)
    }

    @Test func `a logout takes effect in time on a pod whose PostgreSQL stalls most of the time`() async throws {
        let pod = try await TestStore.startKeeping(server.url(), as: "pod")
        let tokens = try TestStore.tokens(12, on: server, "postgres")
        for token in tokens { try await pod.warm(token) }
        let stutter = try StutteringBackends(of: server, stopped: .milliseconds(240), running: .milliseconds(60))
        for token in tokens {
            // At another time of the cycle for each session.
            try await Task.sleep(for: .milliseconds(70))
            let watch = await CheckWatch(pod.store, token, every: .milliseconds(10))
            try await seed.store.revoke(token)
            let limit = BootInstant.now + TestStore.revocationDelay
            let refused = try await pod.expectRefused(token, by: limit)
            let checks = await watch.stop()
            #expect(checks.accepted(after: max(refused, limit)).isEmpty)
        }
        stutter.stop()
    }
}
