import EventLoop
import Synchronization
import TestSupport
import Testing

@testable import Sessions

/// Two pods with a shared database and a shared Redis, without memory. On one of them sessions are checked all the time
/// and the results are compared with the guarantees. The other is used occasionally, so that the source of each of its
/// results can be determined.
struct RedisDrill {
    let database: SharedDatabase
    let watched: TestStore
    let probe: TestStore
    /// The sessions that stay live.
    let live: [SessionToken]
    let watch: PromiseWatch

    /// The sessions that are ended one after the other.
    private let doomed: [SessionToken]
    private var ended = 0

    /// The time within which a recovered Redis has to be in use again.
    static let returnLimit = Duration.seconds(2)
    /// The time after which a check is considered lost.
    private static let answerLimit = Duration.seconds(10)

    /// Starts both pods, and checks of all sessions.
    ///
    /// - Parameters:
    ///   - url: The URL of Redis.
    ///   - deadline: The deadline of a command. A long one for tests in which a busy machine must not cause look-ups in
    ///     PostgreSQL.
    ///   - sessions: The number of live sessions.
    ///   - isReachable: Whether to wait until Redis is in use and has an entry for each session.
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
        // Only some of many sessions, to leave time on the loop.
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

    /// Returns a pod with this Redis and without memory.
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

    /// Returns the present result on the pod that is not watched, and whether it came from Redis.
    ///
    /// - Throws: An error if there is no result.
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

    /// Checks each of the sessions once, and returns the number of results from Redis. Expects a result for all.
    func shared(_ tokens: [SessionToken], location: SourceLocation = #_sourceLocation) async throws -> Int {
        var count = 0
        for token in tokens {
            let answer = try await ask(token)
            #expect(answer.session != nil, "a live session is refused", sourceLocation: location)
            if answer.isShared { count += 1 }
        }
        return count
    }

    /// Waits until each of the sessions, and the checks of the watched pod, have a result from Redis.
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

    /// Expects that all live sessions are soon answered from Redis, which has been available since `start`.
    func expectReturn(since start: BootInstant, location: SourceLocation = #_sourceLocation) async throws {
        let time = try await timeUntilShared(live, since: start)
        #expect(time <= Self.returnLimit, sourceLocation: location)
    }

    /// Waits until the watched pod has completed the given number of further checks.
    func awaitChecks(_ count: Int) async throws {
        let goal = await watch.findings.checks + count
        try await eventually("there are more checks") { await watch.findings.checks >= goal }
    }

    /// Waits until both pods have logged a text.
    ///
    /// - Parameter isWholeLine: Whether the text has to be a complete line.
    func awaitLog(_ text: String, isWholeLine: Bool = false) async throws {
        for pod in [watched, probe] {
            try await eventually(
                "the log has \"\(text)\"", within: .seconds(5), every: .milliseconds(20), log: pod.log.text
            ) {
                // A pod notices a fault only when it uses Redis.
                _ = try await shared(live)
                return pod.log.lines(with: text).contains { !isWholeLine || $0 == text }
            }
        }
    }

    /// Stops the checks, and expects that no guarantee was violated and that the logs contain no secret.
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

    /// Stops the checks.
    ///
    /// - Throws: An error if checks have no result.
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
    /// Returns the lines with a text.
    func lines(with text: String) -> [Substring] {
        text.isEmpty ? [] : self.text.split(separator: "\n").filter { $0.contains(text) }
    }
}
