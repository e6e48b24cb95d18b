import TestSupport
import Testing

@testable import Sessions

/// The keys that seal entries in Redis, and what becomes of them when PostgreSQL restarts, crashes, fails over or is read-only.
@Suite struct RedisSealServerTests {
    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let redis: RedisServer

    init() throws {
        folder = try TestFolder()
        server = try PostgreSQLServer(in: folder)
        redis = try RedisServer(in: folder)
    }

    private func pods(_ url: String) async throws -> [TestStore] {
        var pods: [TestStore] = []
        for _ in 0..<2 { pods.append(try await RedisPods.pod(url, redis: redis.url)) }
        for pod in pods { try await RedisPods.waitUntilItUsesRedis(pod) }
        return pods
    }

    private func key(_ server: PostgreSQLServer) throws -> String {
        try server.psql("SELECT encode(keys, 'hex') FROM current_redis_seal_keys()")
    }

    /// Expects that a new session that one store looks up is answered from Redis on the other.
    private func expectSharing(_ pods: [TestStore], _ server: PostgreSQLServer) async throws {
        let token = try TestStore.tokens(1, on: server, "postgres")[0]
        try await eventually("the first store answers", within: .seconds(15)) {
            await pods[0].lookUpError(token) == nil
        }
        for pod in pods { try await pod.awaitShared(token, within: .seconds(15)) }
    }

    @Test(arguments: [PostgreSQLServer.StopMode.fast, .immediate])
    func `another run of the server has another key, and sessions are shared again`(
        mode: PostgreSQLServer.StopMode
    ) async throws {
        let pods = try await pods(server.url())
        try await expectSharing(pods, server)
        let before = try key(server)
        #expect(before.utf8.count == 72)
        try server.stop(mode: mode)
        try server.start()
        try await expectSharing(pods, server)
        let after = try key(server)
        #expect(after.utf8.count == 72 && after.suffix(64) != before.suffix(64))
        #expect(try server.psql("SELECT count(*) FROM redis_seal_keys") == "1")
        for pod in pods { await pod.store.close() }
    }

    /// Whether a file of the server has the key's bytes. grep reads lines, so the longest part without a line feed is
    /// searched.
    private func hasInFiles(_ key: String, _ server: PostgreSQLServer) throws -> Bool {
        let digits = Array(key)
        let bytes = stride(from: 0, to: digits.count, by: 2).map { "\(digits[$0])\(digits[$0 + 1])" }
        let part = try #require(bytes.split(separator: "0a").max { $0.count < $1.count })
        let pattern = part.map { "\\x\($0)" }.joined()
        let result = try ServerProcess.run(
            "grep", ["--recursive", "--quiet", "--text", "--perl-regexp", pattern, server.dataFolder],
            environment: ["LC_ALL": "C"])
        return result.status.isSuccess
    }

    @Test func `a standby and its files have no key, and once promoted it has one of its own`() async throws {
        let pods = try await pods(server.url())
        try await expectSharing(pods, server)
        let before = try key(server)
        for pod in pods { await pod.store.close() }
        let standby = try PostgreSQLServer.standby(of: server)
        try standby.waitToCatchUp(with: server)
        #expect(throws: SupportError.self) { try standby.psql("SELECT count(*) FROM redis_seal_keys") }
        #expect(try !hasInFiles(String(before.suffix(64)), standby))
        // The search finds it where it is.
        try server.stop(mode: .fast)
        #expect(try hasInFiles(String(before.suffix(64)), server))
        try standby.promote()
        #expect(try standby.psql("SELECT count(*) FROM redis_seal_keys") == "0")
        let promoted = try await self.pods(standby.url())
        try await expectSharing(promoted, standby)
        #expect(try key(standby).suffix(64) != before.suffix(64))
        for pod in promoted { await pod.store.close() }
    }

    @Test func `without a key Redis is not used, and checks go on from PostgreSQL`() async throws {
        let first = try await RedisPods.pod(server.url(), redis: redis.url)
        try await RedisPods.waitUntilItUsesRedis(first)
        await first.store.close()
        let tokens = try TestStore.tokens(3, on: server, "postgres")
        try server.psql("ALTER SYSTEM SET default_transaction_read_only = on")
        try server.stop(mode: .fast)
        try server.start()
        let pod = try await RedisPods.pod(server.url(), redis: redis.url)
        try eventually("the reason is logged", log: pod.log.text) {
            pod.log.text.contains("warning: making a key for snapshots in Redis failed")
                && pod.log.text.contains("SQLSTATE 25006")
        }
        #expect(await !pod.store.usesRedis)
        for token in tokens {
            for _ in 0..<3 { #expect(try await pod.store.session(for: token) != nil) }
        }
        #expect(await pod.store.counts[.fromRedis] == 0)
        #expect(try redis.command("DBSIZE") == "0")

        try server.psql(
            "SET default_transaction_read_only = off; ALTER SYSTEM RESET default_transaction_read_only")
        try server.psql("SELECT pg_reload_conf()")
        try await eventually("Redis is in use", within: .seconds(15), log: pod.log.text) { await pod.store.usesRedis }
        try await pod.awaitShared(tokens[0])
        #expect(pod.log.text.contains("info: there is a new key for snapshots in Redis"))
        await pod.store.close()
    }
}
