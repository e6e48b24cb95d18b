import Glibc
import TestSupport
import Testing

/// PostgreSQL is unreachable and Redis is reachable: sessions in Redis are accepted only for the time that the operator
/// permits.
@Suite(.serialized, .leavesCleanLogs) struct DatabaseOutageTests {
    /// The kinds of outages.
    enum Outage: CaseIterable {
        /// No bytes are forwarded, and connections stay open.
        case silent
        case stopped
    }

    private static let shared = OncePerSuite {
        let site = try BreakableSite(
            workers: 1,
            environments: ["0s", "3s", "10s"].map {
                ["DATABASE_WRITE_DEADLINE": "1s", "STALE_IF_DATABASE_DOWN": $0]
            })
        try site.pods[0].gate.addUser("ann", password: password)
        return site
    }
    private static let password = "correct-horse-battery"
    private static let delay = BreakableSite.revocationDelay
    private static let stale = Duration.seconds(3)

    private let site: BreakableSite
    /// A pod that accepts no sessions while PostgreSQL is unreachable.
    private let closed: Pod
    /// Pods that accept sessions for 3 s and for 10 s.
    private let open: Pod
    private let openForLong: Pod

    init() throws {
        site = try Self.shared.get()
        (closed, open, openForLong) = (site.pods[0], site.pods[1], site.pods[2])
        for pod in site.pods { _ = try waitForPostgreSQL(pod) }
        // A snapshot is dated by the heartbeat before it, and a pod uses only what is younger than its connection.
        sleepThread(for: .milliseconds(600))
    }

    private func begin(_ outage: Outage) throws {
        switch outage {
        case .silent: for path in site.paths { path.pause() }
        case .stopped: try site.postgreSQL.stop()
        }
    }

    private func end(_ outage: Outage) throws {
        switch outage {
        case .silent: for path in site.paths { path.resume() }
        case .stopped: try site.postgreSQL.start()
        }
    }

    /// Ends the faults that a failed test has left.
    private func mend() {
        for path in site.paths { path.resume() }
        if !site.postgreSQL.isReady { try? site.postgreSQL.start() }
    }

    private func wait(_ watch: SessionWatch, until time: Duration) { sleepThread(for: time - watch.elapsed) }

    /// Waits until a pod answers a check that requires PostgreSQL, and uses both stores. Returns the time that this
    /// took.
    private func waitForPostgreSQL(_ pod: Pod) throws -> Duration {
        let start = ContinuousClock.now
        let token = try pod.signIn("witness")
        try eventually("the pod has PostgreSQL", within: .seconds(8), log: pod.gate.log) {
            try pod.gate.check(token) == 200 && pod.gate.stores == ["redis", "postgresql"]
        }
        return .now - start
    }

    private func expectNoChanges(on pod: Pod, signedIn token: String) throws {
        #expect(try pod.logIn("ann", Self.password).status == 503)
        #expect(try pod.client().post("/auth/logout", "", headers: [bearer(token)]).status == 503)
    }

    @Test(arguments: Outage.allCases)
    func `every check is 503 within a second and the query's deadline, whatever Redis has`(outage: Outage) throws {
        defer { mend() }
        var (brokenAt, endedAt) = (Duration.zero, Duration.zero)
        let history = try SessionWatch.during(on: [closed]) { watch in
            let (inRedis, leaving) = (try watch.add(isWatched: false), try watch.add(isWatched: false))
            for token in [inRedis.token, leaving.token] { #expect(try open.gate.check(token) == 200) }
            for entry in watch.live { _ = try closed.gate.check(entry.token) }
            try begin(outage)
            brokenAt = watch.elapsed
            try expectNoChanges(on: closed, signedIn: leaving.token)
            wait(watch, until: brokenAt + Self.delay)
            // This pod has not looked up the session before, and Redis replies.
            #expect(try closed.gate.check(inRedis.token) == 503)
            #expect(try closed.gate.check(nil) == 401)
            wait(watch, until: brokenAt + Self.delay + BreakableSite.queryDeadline + .milliseconds(500))
            endedAt = watch.elapsed
            try end(outage)
            let time = try waitForPostgreSQL(closed)
            print("PostgreSQL back (\(outage)): after \(time)")
        }
        #expect(history.violations == [])
        let checks = history.checks(on: 0)
        #expect(checks.with(.failed) == [] && checks.with(.refused) == [])
        // Exact, because the last answered heartbeat was sent before that time.
        #expect(checks.begun(after: brokenAt + Self.delay).filter { $0.end < endedAt }.with(.accepted) == [])
        let unanswered = checks.filter { $0.start < endedAt && $0.end - $0.start > .seconds(1) }
        #expect(unanswered == [])
        let lastYes = checks.with(.accepted).filter { $0.end < endedAt }.map(\.start).max() ?? .zero
        let firstNo = checks.with(.cannotTell).map(\.end).min() ?? .zero
        #expect(lastYes > brokenAt, "memory and Redis serve for as long as they may be believed")
        #expect(firstNo > brokenAt && firstNo < brokenAt + Self.delay + BreakableSite.queryDeadline)
        print("PostgreSQL \(outage): last 200 \(lastYes - brokenAt), first 503 \(firstNo - brokenAt) after it")
    }

    @Test(arguments: Outage.allCases)
    func `with STALE_IF_DATABASE_DOWN known sessions are accepted for exactly that time`(
        outage: Outage
    ) throws {
        defer { mend() }
        var warnings = 0
        var (brokenAt, endedAt) = (Duration.zero, Duration.zero)
        let history = try SessionWatch.during(on: [open]) { watch in
            let (inRedis, leaving) = (try watch.add(isWatched: false), try watch.add(isWatched: false))
            let unused = try watch.add(isWatched: false)
            for token in [inRedis.token, leaving.token] { #expect(try closed.gate.check(token) == 200) }
            for entry in watch.live {
                try eventually("it is known") { try open.gate.check(entry.token) == 200 }
            }
            let before = open.gate.lines(with: "PostgreSQL unreachable: accepting")
            try begin(outage)
            brokenAt = watch.elapsed
            wait(watch, until: brokenAt + Self.delay + .milliseconds(100))
            // Only the other pod has looked it up, and has stored it in Redis.
            #expect(try open.gate.check(inRedis.token) == 200)
            #expect(try open.gate.check(unused.token) == 503)
            #expect(try open.gate.check(nil) == 401)
            try expectNoChanges(on: open, signedIn: leaving.token)
            #expect(try open.gate.stores != nil)
            wait(watch, until: brokenAt + Self.delay + Self.stale + .milliseconds(10))
            #expect(try open.gate.check(inRedis.token) == 503)
            wait(watch, until: brokenAt + Self.delay + Self.stale + .milliseconds(800))
            endedAt = watch.elapsed
            warnings = open.gate.lines(with: "PostgreSQL unreachable: accepting") - before
            try end(outage)
            let time = try waitForPostgreSQL(open)
            print("PostgreSQL back (\(outage)), stale: after \(time)")
            // Logins have their own connection, which waits up to 2 s after failed attempts.
            try eventually("logins are back", log: open.gate.log) {
                let answer = try open.logIn("ann", Self.password)
                guard answer.status == 200 else { return false }
                RunRecord.note(secret: try #require(try object(answer)["token"]?.text))
                return true
            }
        }
        #expect(history.violations == [])
        let checks = history.checks(on: 0).filter { $0.end < endedAt }
        #expect(checks.with(.failed) == [] && checks.with(.refused) == [])
        let limit = brokenAt + Self.delay + Self.stale
        #expect(checks.begun(after: limit).with(.accepted) == [])
        #expect(checks.begun(after: limit) != [])
        // The last heartbeat may have been sent a quarter of a second earlier, or a little more on a busy machine.
        let early = checks.filter { $0.start > brokenAt && $0.start < limit - .milliseconds(600) }
        #expect(early.count > 100 && early.undecided == [])
        #expect(warnings == 1)
        let lastYes = checks.with(.accepted).map(\.start).max() ?? .zero
        print("PostgreSQL \(outage), stale: last 200 asked for \(lastYes - brokenAt) after it")
    }

    @Test(arguments: [true, false])
    func `a session revoked without the pod's knowledge is accepted for the stale time at most`(
        comesBackInTime: Bool
    ) throws {
        defer { mend() }
        var (cutAt, backAt) = (Duration.zero, Duration.zero)
        var entry: SessionWatch.Entry?
        let history = try SessionWatch.during(on: [closed, open]) { watch in
            let ending = try watch.add()
            entry = ending
            try eventually("both pods know it") {
                Set(watch.checks.filter { $0.session == ending.number && $0.result == .accepted }.map(\.pod)) == [0, 1]
            }
            site.paths[1].pause()
            cutAt = watch.elapsed
            try watch.end(ending, as: .adminRevoke) {
                try site.postgreSQL.psql("DELETE FROM session_tokens WHERE token_hash = session_token_hash('\($0)')")
            }
            wait(watch, until: cutAt + Self.delay + .milliseconds(comesBackInTime ? 1300 : 3500))
            let count = open.gate.lines(with: "connection for checks: PostgreSQL connection restored")
            site.paths[1].resume()
            try eventually("the pod has PostgreSQL again", log: open.gate.log) {
                open.gate.lines(with: "connection for checks: PostgreSQL connection restored") > count
            }
            backAt = watch.elapsed
            wait(watch, until: backAt + Self.delay + .milliseconds(300))
        }
        let session = try #require(entry?.number)
        let (here, there) = (history.checks(on: 0), history.checks(on: 1))
        #expect(History(history.events.filter { $0.pod != 1 }).violations == [])
        #expect(here.undecided == [])
        let ended = try #require(history.events.first { $0.operation == .adminRevoke }).end
        let accepted = there.filter { $0.session == session && $0.result == .accepted }
        // The disadvantage that the documentation names.
        #expect(accepted.contains { $0.start > ended + Self.delay })
        #expect(accepted.begun(after: cutAt + Self.delay + Self.stale) == [])
        #expect(accepted.begun(after: backAt) == [], "it has heard of it by then")
        #expect(there.begun(after: backAt).filter { $0.session == session }.with(.refused).count > 5)
        #expect(there.filter { $0.session != session }.with(.refused) == [])
    }

    @Test func `a worker that starts without PostgreSQL answers 503 even during the stale time`() throws {
        defer { mend() }
        let token = try open.signIn()
        for pod in [open, openForLong] { #expect(try pod.gate.check(token) == 200) }
        try site.postgreSQL.stop()
        let before = try openForLong.gate.workers
        for worker in before { kill(worker, SIGKILL) }
        try eventually("there is a new worker", log: openForLong.gate.log) {
            let workers = try openForLong.gate.workers
            return workers.count == before.count && workers.allSatisfy { !before.contains($0) }
        }
        #expect(try openForLong.gate.check(token) == 503)
        #expect(try open.gate.check(token) == 200)
        #expect(try openForLong.gate.stores == nil, "it is not ready")
        try site.postgreSQL.start()
        for pod in site.pods { _ = try waitForPostgreSQL(pod) }
    }

    @Test func `a pod stays ready for as long as it accepts sessions without PostgreSQL`() throws {
        defer { mend() }
        let token = try openForLong.signIn()
        #expect(try openForLong.gate.check(token) == 200)
        PathCut.refused.make(on: site.paths[2])
        let start = ContinuousClock.now
        // Without the setting it would be ready for 10 s.
        sleepThread(for: start + .milliseconds(10_200) - .now)
        #expect(try openForLong.gate.stores == ["redis"])
        #expect(try openForLong.gate.check(token) == 200)
        sleepThread(for: start + .milliseconds(11_050) - .now)
        #expect(try openForLong.gate.check(token) == 503)
        #expect(try openForLong.gate.stores == nil)
        try PathCut.refused.mend(site.paths[2])
        _ = try waitForPostgreSQL(openForLong)
    }
}
