import EventLoop
import FoundationEssentials
import TestSupport
import Testing

@testable import Sessions

/// What seals entries in Redis is in no dump of PostgreSQL: who has one, and can write to Redis, gains no access.
@Suite(.serialized) struct RedisSealTests {
    private let pods: RedisPods

    init() async throws {
        pods = try await RedisPods()
    }

    /// Everything in a dump of the database that may be a key.
    private func keysInDump(_ arguments: [String] = []) throws -> Set<[UInt8]> {
        let dump = try ServerProcess.output(
            ServerPrograms.postgreSQL("pg_dump"), arguments + ["--dbname", pods.database.url])
        return Set(dump.matches(of: /[0-9a-f]{64}/).compactMap { [UInt8](hex: $0.0.utf8) })
    }

    /// Whether a store accepts an invented token for whose administrator there is an entry in Redis.
    private func isAccepted(sealedWith keys: SealKeys, by pods: [TestStore]) async throws -> Bool {
        let token = try await #require(pods[0].store.readLane.keys).newToken()
        let root = Session(
            id: "00112233-4455-6677-8899-aabbccddeeff",
            identity: Identity(userID: "root", username: "root", groups: ["admin", "wheel"]), createdAt: .now,
            expiresAt: .now + 3600)
        let client = try self.pods.connect()
        for pod in pods {
            let snapshot = try await SnapshotForge.snapshot(of: root, for: pod)
            try client.set(RedisPods.key(token), SnapshotSeal.seal(snapshot, on: token.hash, with: keys))
            if try await pod.store.session(for: token) != nil { return true }
        }
        return false
    }

    private func isAccepted(sealedWith keys: SealKeys) async throws -> Bool {
        try await isAccepted(sealedWith: keys, by: pods.pods)
    }

    private func waitForKeys(_ generations: [UInt32]) async throws {
        for pod in pods.pods {
            try await eventually("the keys are \(generations)") {
                let keys = await pod.store.redis?.keys
                return (1...2).filter { keys?.key($0) != nil } == generations
            }
        }
    }

    @Test func `with a dump and Redis nobody signs in, before and after a rotation`() async throws {
        for generations: [UInt32] in [[1], [1, 2]] {
            try await waitForKeys(generations)
            let dumped = try keysInDump().union(keysInDump(["--inserts"]))
            // Those of tokens and of the throttle.
            #expect(dumped.count >= 2)
            for bytes in dumped {
                // As it is, and as keys of seals were once derived from those of tokens.
                let derived = MessageAuthenticator(key: bytes).code(
                    SHA256Digest(), Array("authfcgi statements".utf8).span)
                for generation: UInt8 in 1...3 {
                    for bytes in [bytes, derived.bytes] {
                        let keys = try #require(SealKeys(generation: generation, bytes))
                        #expect(try await !isAccepted(sealedWith: keys), "\(generations)")
                    }
                }
            }
            // It is the key alone that is missing: who reads the table of keys has it.
            let live = try #require(try SealKeys(of: pods.database))
            #expect(try await isAccepted(sealedWith: live))
            let key = try pods.database.psql(
                "SELECT encode(key, 'hex') FROM redis_seal_keys ORDER BY generation DESC LIMIT 1")
            let bytes = try #require([UInt8](hex: key.utf8))
            #expect(!dumped.contains(bytes))
            if generations == [1] { try pods.database.psql("SELECT rotate_session_key()") }
        }
    }

    @Test func `the statistics of the planner have no key`() throws {
        try pods.database.psql("ANALYZE redis_seal_keys")
        let columns = try pods.database.psql("SELECT attname FROM pg_stats WHERE tablename = 'redis_seal_keys'")
        #expect(columns.contains("generation") && !columns.contains("key"))
    }

    @Test func `an older key opens entries for six minutes, and no longer`() async throws {
        let old = try #require(try SealKeys(of: pods.database))
        #expect(try await isAccepted(sealedWith: old))
        try pods.database.psql("SELECT rotate_session_key()")
        // The new one is used ten seconds later, when every worker has read it.
        try await waitForKeys([1, 2])
        for pod in pods.pods { #expect(await pod.store.redis?.keys?.sealing.generation == 1) }
        try pods.database.psql("UPDATE redis_seal_keys SET created_at = created_at - interval '6 minutes'")
        for pod in pods.pods {
            try await eventually("it is used") { await pod.store.redis?.keys?.sealing.generation == 2 }
        }
        #expect(try await isAccepted(sealedWith: old))
        try pods.database.psql("UPDATE redis_seal_keys SET created_at = created_at - interval '10 seconds'")
        try await waitForKeys([2])
        #expect(try await !isAccepted(sealedWith: old))
        try await pods.share(try pods.tokens(3))
    }

    @Test func `a key is made once a day, and by one store`() async throws {
        try pods.database.psql("UPDATE redis_seal_keys SET created_at = created_at - interval '1 day'")
        try await waitForKeys([1, 2])
        try await pods.share(try pods.tokens(3))
        #expect(try pods.database.psql("SELECT max(generation) FROM redis_seal_keys") == "2")
    }

    @Test func `the secret takes part: with the database alone nobody makes an entry`() async throws {
        let secret: Secret = "a secret of 26 characters."
        var sealing: [TestStore] = []
        for _ in 0..<2 { sealing.append(try await pods.pod { $0.redis?.sealSecret = secret }) }
        let other = try await pods.pod { $0.redis?.sealSecret = "another secret of theirs" }
        let token = try pods.tokens(1)[0]
        for pod in sealing { try await pod.awaitShared(token) }
        let entry = try #require(try pods.connect().value(of: RedisPods.key(token)))
        let live = try #require(try SealKeys(of: pods.database))
        #expect(SnapshotSeal.open(entry, on: token.hash, with: live) == nil)
        let complete = try #require(try SealKeys(of: pods.database, secret: secret))
        #expect(SnapshotSeal.open(entry, on: token.hash, with: complete) != nil)
        // Nor do stores with another secret, or without one, use what these have written.
        #expect(try await !other.isShared(token))
        for pod in sealing { try await pod.awaitShared(token) }
        #expect(try await !pods.pods[0].isShared(token))

        #expect(try await !isAccepted(sealedWith: live, by: sealing + [other]))
        #expect(try await !isAccepted(sealedWith: complete, by: [other] + pods.pods))
        #expect(try await isAccepted(sealedWith: complete, by: sealing))
    }
}
