import EventLoop
import Synchronization
import TestSupport
import Testing

@testable import Sessions

/// Two pods of one database with the same Redis in front, neither with a memory of its own. On one of them sessions are
/// checked all the time and held against what is promised. The other is asked now and then, so that each of its answers
/// shows where it came from.
struct RedisDrill {
    let database: SharedDatabase
    let watched: TestStore
    let probe: TestStore
    /// Sessions that live through it all.
    let live: [SessionToken]
    let watch: PromiseWatch

    /// Sessions that end one after the other.
    private let doomed: [SessionToken]
    private var ended = 0

    /// Within which time Redis has to be in use again once it is well.
    static let returnLimit = Duration.seconds(2)
    /// What has no answer by then never gets one.
    private static let answerLimit = Duration.seconds(10)

    /// Starts both, and checks of all sessions.
    ///
    /// - Parameters:
    ///   - url: of Redis.
    ///   - deadline: of a command; a long one where no answer may be from PostgreSQL because the machine was busy.
    ///   - sessions: how many live.
    ///   - isReachable: whether Redis is to be in use, and to answer for each session, before this returns.
    init(
        _ url: String, tls: RedisTLS? = nil, deadline: Duration = .milliseconds(50), sessions: Int = 12,
        isReachable: Bool = true
    ) async throws {
        let database = try SharedDatabase()
        self.database = database
        watched = try await Self.pod(of: database, url, tls: tls, deadline: deadline)
        probe = try await Self.pod(of: database, url, tls: tls, deadline: deadline)
        let tokens = try TestStore.tokens(sessions + 10, on: database.server, database.name)
        live = Array(tokens.prefix(sessions))
        doomed = Array(tokens.suffix(10))
        let watch = await PromiseWatch([watched])
        for (index, token) in doomed.enumerated() { await watch.add(token, of: "id-\(sessions + index + 1)") }
        // Of many sessions some will do: the loop has to have time for others.
        for (index, token) in live.prefix(30).enumerated() { await watch.add(token, of: "id-\(index + 1)") }
        self.watch = watch
        guard isReachable else { return }
        for pod in [watched, probe] {
            try await eventually("Redis is in use", within: .seconds(5), log: pod.log.text) {
                await pod.store.usesRedis
            }
        }
        _ = try await timeUntilShared(tokens, since: .now)
        try await end()
    }

    /// A pod with this Redis in front, which keeps nothing in memory.
    static func pod(
        of database: SharedDatabase, _ url: String, tls: RedisTLS? = nil, deadline: Duration = .milliseconds(50)
    ) async throws -> TestStore {
        let location = try RedisLocation(parsing: url)
        return try await TestStore.start(
            database.url,
            configured: { configuration in
                configuration.cachedSessions = 0
                configuration.recordsLastSeen = false
                configuration.cleanupInterval = nil
                configuration.redis = RedisConfiguration(location: location, deadline: deadline, tls: tls)
            })
    }

    /// Ends one session by a logout on the pod that is not watched, and one by SQL, which leaves its entry in Redis.
    mutating func end() async throws {
        for isBySQL in [false, true] {
            let token = doomed[ended]
            let number = ended
            ended += 1
            await watch.willEnd(number)
            if isBySQL {
                try database.psql("SELECT revoke_access_token('\(token.secretText)')")
            } else {
                try await probe.store.revoke(token)
            }
            await watch.hasEnded(number)
        }
    }

    /// What the pod that is not watched answers now, and whether Redis did.
    ///
    /// - Throws: also when it does not answer at all.
    @EventLoop
    func ask(_ token: SessionToken) async throws -> (session: Session?, isShared: Bool) {
        let before = probe.store.counts[.fromRedis]
        var waiting: CheckedContinuation<Result<PackedSession?, SessionStoreError>?, Never>?
        let answer = await withCheckedContinuation { continuation in
            waiting = continuation
            let timer = Reactor.shared.schedule(after: Self.answerLimit) {
                waiting?.resume(returning: nil)
                waiting = nil
            }
            probe.store.lookUp(token) { result in
                timer.cancel()
                waiting?.resume(returning: result)
                waiting = nil
            }
        }
        guard let answer else { throw SupportError.timedOut("a check is answered", log: probe.log.text) }
        return (try answer.get().map { Session($0) }, probe.store.counts[.fromRedis] > before)
    }

    /// How many of the sessions are answered from Redis, each asked for once; expects that all are answered.
    func shared(_ tokens: [SessionToken], location: SourceLocation = #_sourceLocation) async throws -> Int {
        var count = 0
        for token in tokens {
            let answer = try await ask(token)
            #expect(answer.session != nil, "a live session is refused", sourceLocation: location)
            if answer.isShared { count += 1 }
        }
        return count
    }

    /// Waits until each of the sessions has been answered from Redis, and the watched pod is answered from there too.
    func timeUntilShared(_ tokens: [SessionToken], since start: BootInstant) async throws -> Duration {
        var left = tokens
        let before = await watched.store.counts[.fromRedis]
        try await eventually("all sessions are answered from Redis", every: .milliseconds(2), log: probe.log.text) {
            var missing: [SessionToken] = []
            for token in left where try await !ask(token).isShared { missing.append(token) }
            left = missing
            return left.isEmpty
        }
        try await eventually("the watched pod is as well", every: .milliseconds(1), log: watched.log.text) {
            await watched.store.counts[.fromRedis] > before
        }
        return .now - start
    }

    /// Expects that all sessions that live are soon answered from Redis, which is well since `start`.
    func expectReturn(since start: BootInstant, location: SourceLocation = #_sourceLocation) async throws {
        let time = try await timeUntilShared(live, since: start)
        #expect(time <= Self.returnLimit, sourceLocation: location)
    }

    /// Waits until the watched pod has checked so many times more.
    func awaitChecks(_ count: Int) async throws {
        let goal = await watch.findings.checks + count
        try await eventually("there are more checks") { await watch.findings.checks >= goal }
    }

    /// Waits until both pods have logged something.
    ///
    /// - Parameter isWholeLine: whether it has to be a line of its own.
    func awaitLog(_ text: String, isWholeLine: Bool = false) async throws {
        for pod in [watched, probe] {
            try await eventually(
                "the log has \"\(text)\"", within: .seconds(5), every: .milliseconds(20), log: pod.log.text
            ) {
                // Who does not ask notices nothing.
                _ = try await shared(live)
                return pod.log.lines(with: text).contains { !isWholeLine || $0 == text }
            }
        }
    }

    /// Stops the checks, and expects that no promise was broken meanwhile, and that no secret is in the logs.
    func finish(secrets: [String] = [], location: SourceLocation = #_sourceLocation) async throws {
        try await eventually("what has ended is refused", within: .seconds(5)) { await watch.hasSeenEnds }
        let findings = try await stop()
        #expect(findings.violations == [], sourceLocation: location)
        #expect(findings.checks > 0, sourceLocation: location)
        for pod in [watched, probe] {
            for secret in secrets + (live + doomed).map(\.secretText) {
                #expect(!pod.log.text.contains(secret), sourceLocation: location)
            }
            await pod.store.close()
        }
    }

    /// - Throws: when checks are not answered.
    private func stop() async throws -> PromiseWatch.Findings {
        let findings = Mutex<PromiseWatch.Findings?>(nil)
        let waiting = Task {
            let found = await watch.stop()
            findings.withLock { $0 = found }
        }
        try eventually("all checks are answered", within: Self.answerLimit, log: watched.log.text) {
            findings.withLock { $0 != nil }
        }
        await waiting.value
        return await watch.findings
    }
}

extension RecordedLog {
    /// The lines with this text.
    func lines(with text: String) -> [Substring] {
        text.isEmpty ? [] : self.text.split(separator: "\n").filter { $0.contains(text) }
    }
}
