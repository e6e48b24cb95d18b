import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Forged entries of an attacker who can write to Redis: they give no access that PostgreSQL does not grant.
@Suite(.serialized) struct RedisForgeryTests {
    @Test func `with entries under the keys of other sessions each check gets its own session`() async throws {
        let pods = try await RedisPods()
        let client = try pods.connect()
        var tokens: [SessionToken] = []
        try await pods.withstand(for: .seconds(1), isNoticed: false) { all in
            tokens = all
        } again: {
            // Each key gets the value of the next one, including the keys of ended sessions and of a token without a
            // session.
            let keys = (tokens + [pods.invented]).map(RedisPods.key)
            let values = try keys.compactMap { try client.value(of: $0) }
            for index in keys.indices { try client.set(keys[index], values[(index + 1) % values.count]) }
        } end: {
        }
    }

    @Test func `entries of ended sessions are written again and again`() async throws {
        let pods = try await RedisPods()
        var replay: Task<Int, any Error>?
        defer { replay?.cancel() }
        try await pods.withstand(for: .seconds(1), isNoticed: false) { tokens in
            let client = try pods.connect()
            let entries = try tokens.compactMap { token in
                try client.value(of: RedisPods.key(token)).map { (key: RedisPods.key(token), value: $0) }
            }
            // Two sessions ended before this, one of them by SQL, which leaves its entry.
            #expect(entries.count >= 13)
            let server = pods.redis
            replay = Task.detached {
                let client = try RedisClient(server)
                var rounds = 0
                while !Task.isCancelled {
                    for (key, value) in entries { try client.set(key, value) }
                    rounds += 1
                    // Leaves processor time for others.
                    sleepThread(for: .milliseconds(1))
                }
                return rounds
            }
        } end: {
        }
        replay?.cancel()
        #expect(try await #require(replay).value > 100)
    }

    @Test func `an entry with one changed bit is not used`() async throws {
        let pods = try await RedisPods()
        let token = try pods.tokens(1)[0]
        let pod = pods.pods[0]
        try await pods.share([token])
        let client = try pods.connect()
        let key = RedisPods.key(token)
        let session = try #require(try await pod.store.session(for: token))
        let entry = try #require(try client.value(of: key))
        for index in entry.indices {
            var forged = entry
            forged[index] ^= 1 << UInt8(index % 8)
            try client.set(key, forged)
            let before = await pod.store.counts
            #expect(try await pod.store.session(for: token) == session)
            let after = await pod.store.counts
            #expect(after[.fromRedis] == before[.fromRedis] && after[.lookUps] == before[.lookUps] + 1, "byte \(index)")
            // The result of PostgreSQL replaces it.
            try eventually("it is made good", every: .milliseconds(1)) { try client.value(of: key) != forged }
        }
        for length in 0..<entry.count {
            try client.set(key, Array(entry.prefix(length)))
            let before = await pod.store.counts[.lookUps]
            #expect(try await pod.store.session(for: token) == session)
            #expect(await pod.store.counts[.lookUps] == before + 1, "\(length) bytes")
            try eventually("it is made good", every: .milliseconds(1)) {
                try client.value(of: key)?.count == entry.count
            }
        }
    }

    @Test
    func `only entries sealed with the installation's key are used, and only while they are fresh`() async throws {
        let forge = try await SnapshotForge()
        // With the right key the forged entry is accepted, so it is valid in all other respects.
        #expect(try await forge.isAccepted(sealedWith: forge.keys))

        let other = try SharedDatabase()
        let foreign = try #require(try SealKeys(of: other))
        #expect(try await !forge.isAccepted(sealedWith: foreign), "another installation's key")
        for byte: UInt8 in [0, 1, 255] {
            let packed = [0, 0, 0, 1] + [UInt8](repeating: byte, count: 32)
            let made = try #require(SealKeys(packed: packed, secret: nil))
            #expect(try await !forge.isAccepted(sealedWith: made), "a guessed key")
        }
        #expect(try await !forge.isAccepted(sealedWith: forge.keys, changed: { $0.suffix(16).map { _ in 0 } }))
        #expect(try await !forge.isAccepted(sealedWith: forge.keys, changed: { _ in [] }))

        let now = forge.snapshot.asOf
        #expect(try await !forge.isAccepted(asOf: now + .seconds(60)), "from the future")
        #expect(try await !forge.isAccepted(asOf: now + .seconds(-301)), "too old, and from before the store listened")
        #expect(try await !forge.isAccepted(asOf: forge.before), "from before the store listened")
        let origin = ServerIncarnation(startedAt: forge.snapshot.origin.startedAt + .microseconds(1))
        #expect(try await !forge.isAccepted(origin: origin), "another server's word")
        // At the end the result is the same as at the start.
        #expect(try await forge.isAccepted(sealedWith: forge.keys))
    }

    @Test func `deleting a key invalidates the entries sealed with it`() async throws {
        let pods = try await RedisPods()
        let client = try pods.connect()
        let pod = pods.pods[0]
        let old = try pods.tokens(1)[0]
        try await pods.share([old])
        let oldKeys = try #require(await pod.store.redis?.keys)
        let entry = try #require(try client.value(of: RedisPods.key(old)))
        // New entries use a second key.
        try pods.database.psql("SELECT rotate_session_key()")
        try pods.database.psql("UPDATE redis_seal_keys SET created_at = created_at - interval '1 minute'")
        for pod in pods.pods {
            try await eventually("the new key is in use", within: .seconds(2)) {
                await pod.store.redis?.keys?.sealing.generation == 2
            }
        }
        let (new, session) = try await pod.signIn("ann")
        try await pods.share([new])
        #expect(try client.value(of: RedisPods.key(new))?[1] == 2)
        #expect(try await pod.isShared(old), "an entry of the older key counts")
        // An entry for the new session with the old key, as a slow worker creates it. The username identifies this
        // entry.
        let told = Session(
            id: session.id, identity: Identity(userID: "id-ann", username: "by the old key"),
            createdAt: session.createdAt, expiresAt: session.expiresAt)
        let snapshot = try await SnapshotForge.snapshot(of: told, for: pod)
        let byOldKey = SnapshotSeal.seal(snapshot, on: new.hash, with: oldKeys)
        try client.set(RedisPods.key(new), byOldKey)
        #expect(try await pod.store.session(for: new)?.identity.username == "by the old key")

        try pods.database.psql("DELETE FROM redis_seal_keys WHERE generation = 1")
        for pod in pods.pods {
            try await eventually("the old key is gone", within: .seconds(2)) {
                await pod.store.redis?.keys?.key(1) == nil
            }
        }
        try client.set(RedisPods.key(old), entry)
        #expect(try await !pod.isShared(old))
        try await eventually("no fill is on its way any more") {
            try client.set(RedisPods.key(new), byOldKey)
            let before = await pod.store.counts[.fromRedis]
            #expect(try await pod.store.session(for: new)?.identity.username == "ann")
            return await pod.store.counts[.fromRedis] == before
        }
        try await pod.awaitShared(new)
        // An attacker who has kept the old key cannot use it for new entries either.
        let anew = try await SnapshotForge.snapshot(of: told, for: pod)
        try client.set(RedisPods.key(new), SnapshotSeal.seal(anew, on: new.hash, with: oldKeys))
        #expect(try await pod.store.session(for: new)?.identity.username == "ann")
    }
}
