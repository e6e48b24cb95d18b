import TestSupport
import Testing

@testable import Sessions

/// A Redis that refuses: it is full, refuses the password or some commands, or is not Redis.
@Suite(.serialized) struct RedisRefusalTests {
    /// Returns the number of log lines of each store that Redis stores no sessions.
    private func refusals(_ pods: RedisPods) -> [Int] {
        pods.pods.map { pod in
            pod.log.text.split(separator: "\n").count { $0.contains("Redis refuses to store sessions") }
        }
    }

    @Test func `a full Redis is still read, and its refusal is logged once`() async throws {
        let pods = try await RedisPods()
        let newcomers = try pods.tokens(20)
        try await pods.withstand(for: .seconds(1), isNoticed: false) { tokens in
            try pods.redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
            try pods.redis.command("CONFIG", "SET", "maxmemory", "1")
            // The watched sessions are still answered from Redis. The new ones are not stored.
            let before = await pods.pods[0].store.counts
            for _ in 0..<20 {
                for token in newcomers {
                    for pod in pods.pods { #expect(try await pod.store.session(for: token) != nil) }
                }
            }
            let after = await pods.pods[0].store.counts
            #expect(after[.lookUps] >= before[.lookUps] + 400)
            try await eventually("what was there is answered from Redis", within: .seconds(2)) {
                await pods.pods[0].store.counts[.fromRedis] >= after[.fromRedis] + 10
            }
            let client = try pods.connect()
            for token in newcomers { #expect(try client.value(of: RedisPods.key(token)) == nil) }
            #expect(try client.value(of: RedisPods.key(tokens[0])) != nil)
        } end: {
            #expect(refusals(pods) == [1, 1, 1])
            try pods.redis.command("CONFIG", "SET", "maxmemory", "0")
        }
        #expect(pods.pods[0].log.text.contains("OOM"))
        try await pods.share(newcomers)
        #expect(refusals(pods) == [1, 1, 1])
        // The end is noticed without another check.
        try eventually("each store says that it is over", within: .seconds(20)) {
            pods.pods.allSatisfy { $0.log.text.contains("Redis stores sessions again") }
        }
        for pod in pods.pods {
            #expect(pod.log.text.ranges(of: "info: Redis stores sessions again").count == 1, "\(pod.log.text)")
        }
        // A full Redis is no reason to close the connection.
        for pod in pods.pods { #expect(!pod.log.text.contains("Failed to connect")) }
    }

    @Test func `the password of Redis is changed for a while`() async throws {
        let pods = try await RedisPods(settings: ["requirepass": "sesame-1"], login: ":sesame-1@")
        try await pods.withstand(for: .seconds(1)) { _ in
            try pods.redis.command("CONFIG", "SET", "requirepass", "sesame-2")
            try pods.redis.command(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no"], password: "sesame-2")
        } end: {
            try pods.redis.command(["ACL", "SETUSER", "default", ">sesame-1"], password: "sesame-2")
        }
        for pod in pods.pods {
            #expect(pod.log.text.contains("Failed to connect to Redis: \(pods.proxy.listening): WRONGPASS"))
            #expect(!pod.log.text.contains("sesame"))
        }
    }

    @Test func `with a read-only user others' entries are used, which is logged once`() async throws {
        let pods = try await RedisPods(settings: [
            "user": "default on nopass ~* &* +@all\nreader on >secret ~* +mget"
        ])
        let reader = try await RedisPods.pod(
            pods.database.url, redis: "unix://reader:secret@\(pods.redis.socket)")
        try await RedisPods.waitUntilItUsesRedis(reader)
        try await RedisPods.waitForHeartbeats(pods.pods)
        let tokens = try pods.tokens(14)
        for _ in 0..<20 {
            for token in tokens { #expect(try await reader.store.session(for: token) != nil) }
        }
        let lookUps = await reader.store.counts[.lookUps]
        #expect(lookUps == 280)
        try await pods.share(tokens)
        for token in tokens { #expect(try await reader.isShared(token)) }
        #expect(await reader.store.counts[.lookUps] == lookUps)
        // It ends sessions, but cannot delete their entries.
        try await reader.store.revoke(tokens[0])
        #expect(try await reader.store.session(for: tokens[0]) == nil)
        #expect(try pods.connect().value(of: RedisPods.key(tokens[0])) != nil)
        try await eventually("the others refuse it", within: .seconds(1)) {
            for pod in pods.pods { if try await pod.store.session(for: tokens[0]) != nil { return false } }
            return true
        }
        #expect(reader.log.text.split(separator: "\n").count { $0.contains("Redis refuses to store sessions") } == 1)
        #expect(reader.log.text.contains("NOPERM") && !reader.log.text.contains("secret"))
        #expect(await reader.store.usesRedis)
        await reader.store.close()
    }

    @Test func `the user loses the right to write for a while`() async throws {
        let pods = try await RedisPods()
        try await pods.withstand(for: .milliseconds(500), isNoticed: false) { _ in
            try pods.redis.command("ACL", "SETUSER", "default", "-set", "-del")
            #expect(try await pods.pods[0].store.session(for: pods.tokens(1)[0]) != nil)
        } end: {
            try pods.redis.command("ACL", "SETUSER", "default", "+set", "+del")
        }
        #expect(refusals(pods)[0] == 1)
    }

    @Test func `the user loses all rights for a while`() async throws {
        let pods = try await RedisPods(
            settings: ["user": "default on nopass ~* &* +@all\ngate on >secret ~* +@all"], login: "gate:secret@")
        try await pods.withstand(for: .seconds(1)) { _ in
            try pods.redis.command("ACL", "SETUSER", "gate", "-@all")
        } end: {
            try pods.redis.command("ACL", "SETUSER", "gate", "+@all")
        }
    }

    @Test func `other types are stored under the keys until they are overwritten`() async throws {
        let pods = try await RedisPods(deadline: .seconds(2))
        let client = try pods.connect()
        let connections = pods.proxy.acceptedCount
        try await pods.withstand(for: .milliseconds(500), isNoticed: false) { _ in
        } again: {
            for key in try pods.redis.command("KEYS", "*").split(separator: "\n") {
                try client.command("DEL", String(key))
                try client.command("LPUSH", String(key), "1")
            }
        } end: {
        }
        let token = try pods.tokens(1)[0]
        try await pods.share([token])
        try client.command("DEL", RedisPods.key(token))
        try client.command("LPUSH", RedisPods.key(token), "1")
        #expect(try await !pods.pods[1].isShared(token))
        try await eventually("the entry is there again") { try await pods.pods[1].isShared(token) }
        // No store has closed the connection because of it.
        #expect(pods.proxy.acceptedCount == connections)
    }

    @Test func `another server answers on the socket of Redis`() async throws {
        let pods = try await RedisPods()
        var stranger: StrangeServer?
        try await pods.withstand(for: .seconds(2)) { _ in
            pods.redis.kill()
            stranger = try StrangeServer(at: pods.redis.endpoint)
        } end: {
            let server = try #require(stranger)
            try eventually("it has given each of its answers", within: .seconds(10)) {
                server.answerCount > StrangeServer.answers.count
            }
            stranger = nil
            try pods.redis.start()
        }
        for pod in pods.pods { #expect(pod.log.text.contains("Failed to connect to Redis: ")) }
    }
}
