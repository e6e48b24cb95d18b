import TestSupport
import Testing

/// Two pods, each a gate behind nginx, with one PostgreSQL and one Redis: faults of Redis, or of the network to it, on
/// one pod violate no guarantee on either.
@Suite(.serialized, .leavesCleanLogs) struct RedisPodsTests {
    private static let shared = OncePerSuite {
        let site = try BreakableSite(workers: 1)
        try site.pods[0].gate.addUser("ann", password: password)
        return site
    }
    private static let password = "correct-horse-battery"
    private static let delay = BreakableSite.revocationDelay

    private let site: BreakableSite
    private let one: Pod
    private let two: Pod

    init() throws {
        site = try Self.shared.get()
        (one, two) = (site.pods[0], site.pods[1])
        for pod in site.pods { try Self.waitForRedis(pod) }
    }

    private static func waitForRedis(_ pod: Pod, within duration: Duration = .seconds(10)) throws {
        try eventually("Redis is in use", within: duration, log: pod.gate.log) {
            try pod.gate.stores == ["redis", "postgresql"]
        }
    }

    private func logIn(on pod: Pod) throws -> String {
        let token = try #require(try object(pod.logIn("ann", Self.password))["token"]?.text)
        RunRecord.note(secret: token)
        return token
    }

    private func page(_ pod: Pod, _ token: String) throws -> Int {
        try pod.client().get("/api/page", headers: [bearer(token)]).status
    }

    private func logOut(_ token: String, on pod: Pod, _ query: String = "") throws {
        let answer = try pod.client().post("/auth/logout\(query)", "", headers: [bearer(token)])
        try #require(answer.status == 204)
    }

    /// Returns whether Redis has an entry of a session.
    private func isInRedis(_ token: String) throws -> Bool {
        let hash = try site.postgreSQL.psql("SELECT encode(session_token_hash('\(token)'), 'hex')")
        return try site.redis.command("EXISTS", "authfcgi:\(hash)") == "1"
    }

    /// Adds a session to the watch, waits until both pods have it in memory, and ends it.
    private func endOne(
        _ watch: SessionWatch, _ operation: HistoryEvent.Operation, _ body: (String) throws -> Void
    ) throws {
        let entry = try watch.add()
        try eventually("both pods know it") {
            Set(watch.checks.filter { $0.session == entry.number && $0.result == .accepted }.map(\.pod)) == [0, 1]
        }
        try watch.end(entry, as: operation, body)
    }

    /// Ends a session on each pod, one by a logout everywhere, and one by SQL.
    private func endSome(_ watch: SessionWatch) throws {
        for pod in site.pods {
            try endOne(watch, .logout) { try logOut($0, on: pod) }
        }
        try endOne(watch, .logoutEverywhere) { try logOut($0, on: one, "?all=1") }
        try endBySQL(watch)
    }

    private func endBySQL(_ watch: SessionWatch) throws {
        try endOne(watch, .adminRevoke) {
            try site.postgreSQL.psql("DELETE FROM session_tokens WHERE token_hash = session_token_hash('\($0)')")
        }
    }

    /// Waits until all ends have to be effective, and for some further checks.
    private func waitUntilEndsCount(_ watch: SessionWatch) throws {
        let until = watch.elapsed + Self.delay + .milliseconds(300)
        try eventually("time has passed") { watch.elapsed > until }
    }

    @Test func `a session of one pod is answered from Redis on the other`() throws {
        let token = try logIn(on: one)
        let unknown = try one.signIn("bob")
        #expect(try page(one, token) == 200)
        try eventually("Redis has heard of it", within: .seconds(1)) { try isInRedis(token) }
        #expect(try !isInRedis(unknown))
        // Only Redis can answer now, until the lease of this pod ends.
        site.paths[1].pause()
        defer { site.paths[1].resume() }
        #expect(try page(two, token) == 200)
        #expect(try two.gate.check(unknown) == 503)
        site.paths[1].resume()
        try eventually("the pod has PostgreSQL again") { try two.gate.check(unknown) == 200 }
        #expect(try page(two, token) == 200)
    }

    @Test func `a logout on one pod takes effect on the other within a second, and Redis loses the entry`() throws {
        let tokens = try site.pods.map { try logIn(on: $0) }
        for pod in site.pods {
            for token in tokens { #expect(try page(pod, token) == 200) }
        }
        for (pod, token) in zip(site.pods, tokens) {
            try eventually("Redis has heard of it", within: .seconds(1)) { try isInRedis(token) }
            #expect(try pod.client().post("/auth/logout", "", headers: [bearer(token)]).status == 204)
            let ended = ContinuousClock.now
            for other in site.pods { try other.gate.expectRefusal(of: token, endedAt: ended) }
            try eventually("Redis has forgotten it", within: .seconds(1)) { try !isInRedis(token) }
        }
        let history = try SessionWatch.during(on: site.pods) { watch in
            try endSome(watch)
            try waitUntilEndsCount(watch)
        }
        #expect(history.violations == [])
        #expect(history.decisiveCount > 50)
        #expect(history.events.undecided == [])
    }

    @Test(arguments: PathCut.allCases)
    func `a pod without Redis works as before, and uses it again soon afterwards`(cut: PathCut) throws {
        let path = site.redisPaths[1]
        let workers = try site.pods.flatMap { try $0.gate.workers }
        let history = try SessionWatch.during(on: site.pods) { watch in
            cut.make(on: path)
            defer { path.resume() }
            try endSome(watch)
            try waitUntilEndsCount(watch)
            #expect(try two.gate.stores == ["postgresql"])
            #expect(try one.gate.stores == ["redis", "postgresql"])
            try cut.mend(path)
            let mended = ContinuousClock.now
            try Self.waitForRedis(two, within: .seconds(2))
            print("cut from Redis (\(cut)): in use again after \(ContinuousClock.now - mended)")
            try endSome(watch)
            try waitUntilEndsCount(watch)
        }
        #expect(history.violations == [])
        #expect(history.decisiveCount > 50)
        #expect(history.events.undecided == [])
        #expect(try site.pods.flatMap { try $0.gate.workers } == workers)
    }

    @Test(arguments: [PathCut.silent, .refused])
    func `a pod without PostgreSQL answers 503 soon, and the other continues`(
        cut: PathCut
    ) throws {
        let path = site.paths[1]
        var (cutAt, mendedAt, backAt) = (Duration.zero, Duration.zero, Duration.zero)
        let history = try SessionWatch.during(on: site.pods) { watch in
            try endBySQL(watch)
            let known = try #require(watch.live.first)
            let ending = try watch.add()
            try eventually("both pods know it") {
                Set(watch.checks.filter { $0.session == ending.number }.map(\.pod)) == [0, 1]
            }
            cut.make(on: path)
            cutAt = watch.elapsed
            defer { path.resume() }
            try watch.end(ending, as: .logout) { try logOut($0, on: one) }
            try eventually("time has passed") {
                watch.elapsed > cutAt + Self.delay + BreakableSite.queryDeadline + .milliseconds(500)
            }
            // The session is in Redis, and the other pod has just checked it.
            #expect(try isInRedis(known.token))
            #expect(try two.gate.check(known.token) == 503)
            #expect(try one.gate.check(known.token) == 200)
            mendedAt = watch.elapsed
            try cut.mend(path)
            try eventually("the pod has PostgreSQL again", within: .seconds(6), log: two.gate.log) {
                try two.gate.check(known.token) == 200
            }
            backAt = watch.elapsed
            try waitUntilEndsCount(watch)
        }
        #expect(history.violations == [])
        #expect(history.decisiveCount > 50)
        #expect(history.checks(on: 0).undecided == [])
        let others = history.checks(on: 1)
        #expect(others.with(.failed) == [])
        let late = others.begun(after: cutAt + Self.delay).filter { $0.end < mendedAt }
        #expect(late.count > 5 && late.with(.cannotTell).count == late.count, "\(late.with(.accepted))")
        // Requests in flight at that time have also had a response.
        let unanswered = others.filter { $0.start < mendedAt && $0.end - $0.start > .seconds(1) }
        #expect(unanswered == [])
        #expect(others.begun(after: backAt).undecided == [])
        let first = others.filter { $0.start > cutAt && $0.result == .cannotTell }.map(\.end).min()
        print("cut from PostgreSQL (\(cut)): 503 after \(first.map { $0 - cutAt } ?? .zero), back \(backAt - mendedAt)")
    }
}
