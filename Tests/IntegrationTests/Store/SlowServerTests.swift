import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// A slow PostgreSQL: some checks fail, none is wrong, and the queue stays short.
@Suite struct SlowServerTests {
    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let seed: TestStore

    init() async throws {
        folder = try TestFolder()
        server = try PostgreSQLServer(in: folder)
        seed = try await TestStore.startKeeping(server.url())
    }

    /// Most of the time nothing runs, for so long each time.
    @Test(arguments: [80, 400, 900])
    func `while PostgreSQL stalls four fifths of the time, checks are answered in time or fail`(
        milliseconds: Int
    ) async throws {
        let pod = try await TestStore.startKeeping(server.url(), as: "pod") {
            // Too few for all: most checks are look-ups.
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
        // The deadline of a look-up is 700 ms, and one that is asked again may have some more.
        #expect(counts.longest < .milliseconds(1500), "\(counts)")
        #expect(counts.mostWaiting <= 256, "\(counts)")

        // And when it is over everything is as before, without help.
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
            // Another moment of the stutter for each.
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
