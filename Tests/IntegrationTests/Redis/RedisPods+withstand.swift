import EventLoop
import TestSupport
import Testing

@testable import Sessions

extension RedisPods {
    /// The result of a fault.
    struct Outcome: CustomStringConvertible {
        /// The time from the end of the fault until every store was answered from Redis.
        var backAfter = Duration.zero
        var findings = PromiseWatch.Findings()

        var description: String {
            "back in use after \(backAfter), \(findings.checks) checks, longest \(findings.longest)"
        }
    }

    /// Causes a fault of Redis while sessions are checked all the time. Sessions end before, during and after it, by
    /// logouts and by SQL. Expects that no guarantee is violated, and that Redis is in use again within two seconds.
    ///
    /// - Parameters:
    ///   - duration: The minimum duration of the fault.
    ///   - isNoticed: Whether the stores cannot use Redis during the fault.
    ///   - begin: Starts the fault.
    ///   - again: Is called repeatedly during the fault.
    ///   - end: Ends the fault. Returns when Redis is available.
    @discardableResult
    func withstand(
        for duration: Duration, isNoticed: Bool = true, _ begin: ([SessionToken]) async throws -> Void,
        again: () async throws -> Void = { try await Task.sleep(for: .milliseconds(10)) },
        end: () async throws -> Void, location: SourceLocation = #_sourceLocation
    ) async throws -> Outcome {
        let tokens = try tokens(14)
        try await share(tokens)
        let watch = await watch(tokens)
        let ending = Endings(self, tokens, watch)
        try await ending.end([8, 9])
        try await begin(tokens)
        let begun = Deadline(within: duration)
        if isNoticed { try await waitUntilNobodyUsesRedis() }
        try await ending.end([10, 11])
        while !begun.hasPassed { try await again() }
        try await end()
        var outcome = Outcome()
        outcome.backAfter = try await timeUntilAllUseRedis(tokens[0])
        try await ending.end([12, 13])
        try await eventually("all stores have refused what has ended", within: .seconds(5)) { await watch.hasSeenEnds }
        outcome.findings = await watch.stop()
        #expect(outcome.findings.violations == [], sourceLocation: location)
        #expect(outcome.backAfter < .seconds(2), sourceLocation: location)
        try await expectNewSessionsAreShared()
        return outcome
    }

    /// Watches these sessions, and a token without a session.
    @EventLoop
    func watch(_ tokens: [SessionToken], mayFail: Bool = false) async -> PromiseWatch {
        let watch = PromiseWatch(pods, mayFail: mayFail)
        for (index, token) in tokens.enumerated() { watch.add(token, of: "id-\(index + 1)") }
        watch.add(ended: invented)
        return watch
    }

    private func waitUntilNobodyUsesRedis() async throws {
        for pod in pods {
            try await eventually("it is noticed", within: .seconds(2), log: pod.log.text) {
                await !pod.store.usesRedis
            }
        }
    }

    /// Returns the time until every store uses Redis. Requires checks on all stores, so that those without a memory are
    /// answered from Redis as soon as possible. The store with a memory only reports that it uses it.
    private func timeUntilAllUseRedis(_ token: SessionToken) async throws -> Duration {
        let wellAt = BootInstant.now
        for pod in pods.prefix(2) {
            let before = await pod.store.counts[.fromRedis]
            try await eventually("Redis is in use again", every: .milliseconds(1), log: pod.log.text) {
                await pod.store.counts[.fromRedis] > before
            }
        }
        try await eventually("Redis is in use again", every: .milliseconds(1), log: pods[2].log.text) {
            await pods[2].store.usesRedis
        }
        return .now - wellAt
    }

    /// Expects that a session that one store has looked up is answered from Redis on the others, including the one with
    /// a memory.
    func expectNewSessionsAreShared() async throws {
        let (token, session) = try await pods[0].signIn("newcomer")
        for pod in pods.prefix(2) { try await pod.awaitShared(token, within: .seconds(2)) }
        #expect(try await pods[2].isShared(token))
        for pod in pods { #expect(try await pod.store.session(for: token)?.id == session.id) }
        try await pods[2].store.revoke(token)
    }
}

/// Ends watched sessions: every other one by a store, the rest by SQL, which leaves the entries in Redis.
private struct Endings {
    private let pods: RedisPods
    private let tokens: [SessionToken]
    private let watch: PromiseWatch

    init(_ pods: RedisPods, _ tokens: [SessionToken], _ watch: PromiseWatch) {
        (self.pods, self.tokens, self.watch) = (pods, tokens, watch)
    }

    func end(_ numbers: [Int]) async throws {
        for number in numbers {
            await watch.willEnd(number)
            if number.isMultiple(of: 2) {
                let store = number / 2 % pods.pods.count
                try await pods.pods[store].store.revoke(tokens[number])
                await watch.hasEnded(number, by: store)
            } else {
                try pods.database.psql("SELECT revoke_access_token('\(tokens[number].secretText)')")
                await watch.hasEnded(number)
            }
        }
    }
}
