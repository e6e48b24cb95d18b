import Foundation
import TestSupport
import Testing

@testable import Sessions

/// Faults of the Redis process. During each, no live session is refused, no revoked one is accepted, no check fails,
/// and Redis is used again within two seconds.
@Suite(.serialized) struct RedisFaultTests {
    @Test func `Redis is killed and started again, which is logged once each`() async throws {
        let pods = try await RedisPods()
        try await pods.withstand(for: .seconds(1)) { _ in
            pods.redis.kill()
        } end: {
            try pods.redis.start()
        }
        for pod in pods.pods {
            let lines = pod.log.text.split(separator: "\n").filter { $0.contains("Redis") || $0.contains("Using") }
            #expect(lines.first?.hasSuffix("✓ Connected to Redis for session storage") == true)
            #expect(lines.last == lines.first)
            // Connections are either reset or refused.
            let reasons = lines.filter { $0.hasPrefix("warning: Failed to connect to Redis: ") }
            #expect(!reasons.isEmpty && Set(reasons).count == reasons.count, "\(lines)")
            #expect(lines.count { $0 == "info: Using database for session storage" } == 1, "\(lines)")
            #expect(lines.count == 3 + reasons.count, "\(lines)")
        }
    }

    @Test func `Redis is killed again and again`() async throws {
        let pods = try await RedisPods()
        try await pods.withstand(for: .seconds(2), isNoticed: false) { _ in
        } again: {
            pods.redis.kill()
            try pods.redis.start()
            try await Task.sleep(for: .milliseconds(100))
        } end: {
        }
    }

    @Test func `Redis is frozen for three seconds`() async throws {
        let pods = try await RedisPods()
        try await pods.withstand(for: .seconds(3)) { _ in
            try pods.redis.pause()
        } end: {
            pods.redis.resume()
        }
    }

    @Test func `Redis is frozen for moments again and again`() async throws {
        let pods = try await RedisPods()
        try await pods.withstand(for: .seconds(2), isNoticed: false) { _ in
        } again: {
            try pods.redis.pause()
            try await Task.sleep(for: .milliseconds(70))
            pods.redis.resume()
            try await Task.sleep(for: .milliseconds(30))
        } end: {
        }
    }

    @Test func `Redis sleeps for 300 ms at a time`() async throws {
        let pods = try await RedisPods()
        let outcome = try await pods.withstand(for: .seconds(3), isNoticed: false) { _ in
        } again: {
            try pods.redis.command("DEBUG", "SLEEP", "0.3")
        } end: {
        }
        // Some checks have waited for Redis, for a short time.
        #expect(outcome.findings.longest > .milliseconds(50))
    }

    @Test func `Redis is emptied again and again`() async throws {
        let pods = try await RedisPods()
        try await pods.withstand(for: .seconds(1), isNoticed: false) { _ in
        } again: {
            try pods.redis.command("FLUSHALL")
        } end: {
        }
    }

    @Test func `Redis is started with an old dump that has ended sessions`() async throws {
        let pods = try await RedisPods()
        let tokens = try pods.tokens(14)
        let (ended, alive) = (Array(tokens[8...]), Array(tokens[..<8]))
        try await pods.share(tokens)
        let dump = "\(pods.redis.dataFolder)/dump.rdb"
        let old = pods.folder.path("old.rdb")
        try pods.redis.command("SAVE")
        try FileManager.default.copyItem(atPath: dump, toPath: old)
        let watch = await pods.watch(tokens)
        for (index, token) in ended.enumerated() {
            await watch.willEnd(8 + index)
            if index.isMultiple(of: 2) { try await pods.pods[index / 2].store.revoke(token) }
        }
        try pods.database.psql(
            "SELECT count(revoke_access_token_hash(token_hash)) FROM session_tokens WHERE user_id >= 'id-9' "
                + "OR user_id IN ('id-10', 'id-11', 'id-12', 'id-13', 'id-14')")
        for index in ended.indices { await watch.hasEnded(8 + index) }
        try pods.redis.command("SAVE")
        pods.redis.kill()
        try FileManager.default.removeItem(atPath: dump)
        try FileManager.default.moveItem(atPath: old, toPath: dump)
        try pods.redis.start()

        let client = try pods.connect()
        for token in tokens { #expect(try client.value(of: RedisPods.key(token)) != nil) }
        for pod in pods.pods { try await RedisPods.waitUntilItUsesRedis(pod, within: .seconds(2)) }
        try await eventually("all have refused", within: .seconds(5)) { await watch.hasSeenEnds }
        let findings = await watch.stop()
        #expect(findings.violations == [])
        // Redis still has the entries of refused sessions and is used for live ones. A pod that starts later does not
        // accept the former.
        for token in ended { #expect(try client.value(of: RedisPods.key(token)) != nil) }
        for token in alive { #expect(try await pods.pods[0].isShared(token)) }
        let late = try await pods.pod()
        for token in ended { #expect(try await late.store.session(for: token) == nil) }
        #expect(try await !late.isShared(alive[0]), "a statement from before it listened")
        try await late.awaitShared(alive[0])
    }

    @Test func `the clock of Redis jumps back and forth by an hour`() async throws {
        var clock: FakeClock?
        let pods = try await RedisPods(clock: { folder in
            let made = try FakeClock(in: folder)
            clock = made
            return made
        })
        let fake = try #require(clock)
        #expect(try fake.isSeen(by: pods.redis.processIdentifier))
        func expectWrong(by hours: Double) throws {
            let time = try #require(Double(try pods.redis.command("TIME").split(separator: "\n")[0]))
            #expect(abs(Date.now.timeIntervalSince1970 + hours * 3600 - time) < 60)
        }
        // All entries expire at once. Entries that are created later stay an hour longer.
        try await pods.withstand(for: .milliseconds(500), isNoticed: false) { _ in
            try fake.set(offset: 3600)
            try expectWrong(by: 1)
        } end: {
            try fake.set(offset: 0)
        }
        try await pods.withstand(for: .milliseconds(500), isNoticed: false) { tokens in
            try fake.set(offset: -3600)
            try expectWrong(by: -1)
            let left = try pods.redis.command("PTTL", RedisPods.key(tokens[0]))
            #expect(Int(left).map { $0 > 3_600_000 } == true)
        } end: {
            try fake.set(offset: 0)
        }
    }
}
