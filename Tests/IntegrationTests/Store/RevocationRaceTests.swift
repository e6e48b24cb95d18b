import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Look-ups in progress while the session ends.
@Suite struct RevocationRaceTests {
    @Test func `ten thousand sessions end during look-ups, and none is accepted after its notification`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let url = server.url(database: database)
        let one = try await TestStore.startKeeping(url)
        let tokens = try TestStore.tokens(10_000, on: server, database)
        let lane = await ListeningLane(url, log: one.log)
        try await warm(lane, tokens[0])
        try await end(tokens, by: one.store, amidChecksOf: lane)
        let counts = await lane.counts
        #expect(counts.wrong == 0)
        // All cases of the test have occurred: results from memory, look-ups, and checks after the notification.
        #expect(counts.kept > 2000 && counts.confirmed > 2000 && counts.afterHearing > 2000, "\(counts)")
        // At the end no session is accepted.
        for token in tokens.filter({ $0.hash.spread % 50 == 0 }) {
            let before = await lane.counts
            let deadline = Deadline(within: .seconds(5))
            while await lane.counts.refused == before.refused {
                try #require(!deadline.hasPassed, "a session that has ended is not refused")
                await lane.check(token)
                while await lane.underWay > 0 { try await Task.sleep(for: .milliseconds(1)) }
            }
            let after = await lane.counts
            #expect(after.kept == before.kept && after.confirmed == before.confirmed)
        }
        await lane.close()
    }

    /// Checks the session until it is answered from memory.
    private func warm(_ lane: ListeningLane, _ token: SessionToken) async throws {
        let deadline = Deadline(within: .seconds(10))
        while await lane.counts.kept == 0 {
            try #require(!deadline.hasPassed)
            await lane.check(token)
            try await Task.sleep(for: .milliseconds(5))
        }
        while await lane.underWay > 0 { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// Ends one session after the other, with continuous checks of those that are next and those that have just ended.
    /// Half of the checks are always look-ups.
    @EventLoop
    private func end(
        _ tokens: [SessionToken], by store: SessionStore, amidChecksOf lane: ListeningLane
    ) async throws {
        let progress = Progress()
        let checks = EventLoop.spawn {
            var turn = 0
            while progress.ended < tokens.count {
                turn += 1
                for index in max(0, progress.ended - 4)..<min(tokens.count, progress.ended + 8) {
                    lane.check(tokens[index], asksAnyway: (index + turn) % 2 == 0)
                }
                await Reactor.shared.sleep(for: .milliseconds(1))
            }
        }
        defer { progress.ended = tokens.count }
        for token in tokens {
            try await store.revoke(token)
            progress.ended += 1
        }
        await checks.value
        while lane.underWay > 0 { await Reactor.shared.sleep(for: .milliseconds(1)) }
    }

    @EventLoop
    private final class Progress {
        var ended = 0
    }

    @Test func `a session refused once by a store stays refused`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let one = try await TestStore.startKeeping(server.url(database: database))
        let two = try await TestStore.startKeeping(server.url(database: database))
        let tokens = try TestStore.tokens(300, on: server, database)
        for token in tokens.prefix(150) { try await two.warm(token) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, token) in tokens.enumerated() {
                group.addTask {
                    let watch = await CheckWatch(two.store, token, every: .milliseconds(5))
                    try await Task.sleep(for: .milliseconds(index))
                    try await one.store.revoke(token)
                    let limit = BootInstant.now + TestStore.revocationDelay
                    let refused = try await two.expectRefused(token, by: limit)
                    try await Task.sleep(for: .milliseconds(50))
                    let checks = await watch.stop()
                    #expect(refused <= limit)
                    #expect(checks.accepted(after: limit).isEmpty)
                    let first = try #require(checks.first { $0.answer == .refused })
                    #expect(checks.accepted(after: first.endedAt).isEmpty)
                }
            }
            try await group.waitForAll()
        }
    }
}
