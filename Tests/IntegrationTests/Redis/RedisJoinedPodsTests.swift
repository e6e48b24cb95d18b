import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// A session looked up by one pod comes from Redis on the others, and changes take effect on all.
@Suite(.serialized) struct RedisJoinedPodsTests {
    private let pods: RedisPods

    init() async throws {
        pods = try await RedisPods(deadline: .seconds(2))
    }

    @Test func `a session that one pod has looked up is answered from Redis on the others`() async throws {
        let tokens = try pods.tokens(100)
        for token in tokens { #expect(try await pods.pods[0].store.session(for: token) != nil) }
        // Entries may still be on the way when the checks have their results.
        try eventually("Redis has them") { try pods.redis.command("DBSIZE") == "100" }
        for pod in pods.pods.dropFirst() {
            for (index, token) in tokens.enumerated() {
                let session = try #require(try await pod.store.session(for: token))
                #expect(session.identity.userID == "id-\(index + 1)" && session.identity.username == "user\(index + 1)")
            }
            let counts = await pod.store.counts
            #expect(counts[.fromRedis] == 100 && counts[.lookUps] == 0 && counts[.fromMemory] == 0)
        }
        // The second time only the store with a memory does not use Redis.
        for pod in pods.pods { for token in tokens { #expect(try await pod.store.session(for: token) != nil) } }
        for (pod, kept) in zip(pods.pods, [0, 0, 100]) {
            let counts = await pod.store.counts
            #expect(counts[.fromMemory] == kept)
            #expect(counts[.fromRedis] + counts[.lookUps] + counts[.fromMemory] == 200)
        }
    }

    /// Makes sessions until the first check of one by the pod with a memory is answered from Redis: on a busy machine Redis may answer
    /// too late for one.
    private func sharedWithAll(
        _ make: () async throws -> (token: SessionToken, session: Session)
    ) async throws -> (token: SessionToken, session: Session) {
        let deadline = Deadline(within: .seconds(10))
        while true {
            let made = try await make()
            try await pods.share([made.token])
            if try await pods.pods[2].isShared(made.token) { return made }
            try #require(!deadline.hasPassed, "a session that is in Redis is asked for")
        }
    }

    @Test func `a session is the same from Redis as from PostgreSQL`() async throws {
        let identity = Identity(
            userID: "id-ö", username: "Ö, \"a\" %", groups: ["", "a,b", "ü"], name: "\u{1F600} \r\n",
            email: "a@b.example")
        let (token, made) = try await sharedWithAll {
            try await pods.pods[0].store.createAccessToken(for: identity)
        }
        let told = try #require(try await pods.pods[0].store.session(for: token))
        for pod in pods.pods { #expect(try await pod.store.session(for: token) == told) }
        #expect(told.identity == identity && told.id == made.id)
    }

    @Test func `a change of identity is seen on all pods within the revocation delay, and shared again`() async throws {
        let (token, session) = try await sharedWithAll { try await pods.pods[0].signIn("ann") }
        let client = try pods.connect()
        let stale = try #require(try client.value(of: RedisPods.key(token)))
        for round in 1...3 {
            try pods.database.psql("SELECT update_user_sessions('id-ann', name => 'Ann \(round)')")
            let limit = BootInstant.now + TestStore.revocationDelay
            var late = [0, 0, 0]
            while late.contains(where: { $0 < 5 }) {
                // Restores the entry from before the change.
                try client.set(RedisPods.key(token), stale)
                for (index, pod) in pods.pods.enumerated() {
                    let begunAt = BootInstant.now
                    let now = try #require(try await pod.store.session(for: token))
                    #expect(now.id == session.id)
                    guard begunAt > limit else { continue }
                    late[index] += 1
                    #expect(now.identity.name == "Ann \(round)")
                }
                try await Task.sleep(for: .milliseconds(5))
            }
            try await pods.share([token])
            for pod in pods.pods {
                #expect(try await pod.store.session(for: token)?.identity.name == "Ann \(round)")
            }
        }
    }

    @Test func `a pod without PostgreSQL uses Redis while its lease holds`() async throws {
        let way = try pods.folder.makeFolder("way")
        let proxy = try SocketProxy(before: pods.database.server, socketFolder: way)
        let url = pods.database.server.url(database: pods.database.name, through: way)
        var deaf: [TestStore] = []
        for kept in [0, 1000] {
            deaf.append(
                try await RedisPods.pod(url, redis: "unix://\(pods.redis.socket)") { $0.cachedSessions = kept })
        }
        let tokens = try pods.tokens(4)
        try await pods.share(tokens)
        for pod in deaf {
            try await RedisPods.waitUntilItUsesRedis(pod)
            for token in tokens { #expect(try await pod.sessionOnceItAnswers(token) != nil) }
            try await pod.awaitSharedOrKept(tokens[0])
        }
        let watch = await PromiseWatch(deaf, mayFail: true)
        for (index, token) in tokens.enumerated() { await watch.add(token, of: "id-\(index + 1)") }
        proxy.pause()
        for number in 0..<2 {
            await watch.willEnd(number)
            try pods.database.psql("SELECT revoke_access_token('\(tokens[number].secretText)')")
            await watch.hasEnded(number)
        }
        // The entries are still in Redis, and Redis replies, but no store may accept them.
        let client = try pods.connect()
        #expect(try client.value(of: RedisPods.key(tokens[0])) != nil)
        try await eventually("all have answered late", within: .seconds(8)) { await watch.hasSeenEnds }
        for pod in deaf { #expect(await pod.store.usesRedis) }
        for token in tokens { for pod in deaf { #expect(await pod.lookUpError(token) != nil) } }
        proxy.resume()
        for pod in deaf {
            #expect(try await pod.sessionOnceItAnswers(tokens[0]) == nil)
            #expect(try await pod.sessionOnceItAnswers(tokens[3]) != nil)
        }
        let violations = await watch.stop().violations
        #expect(violations == [])
        for pod in deaf { await pod.store.close() }
    }
}
