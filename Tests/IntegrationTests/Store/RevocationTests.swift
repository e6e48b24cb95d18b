import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// A revocation on one pod takes effect on another with the session in memory: usually at once, and never later than
/// the revocation delay.
@Suite struct RevocationTests {
    private let one: TestStore
    private let two: TestStore

    init() async throws {
        let (server, database) = try SharedServers.newDatabase()
        one = try await TestStore.startKeeping(server.url(database: database))
        two = try await TestStore.startKeeping(server.url(database: database))
    }

    @Test func `a session that another pod has in memory is refused there after a logout`() async throws {
        let (token, _) = try await one.signIn()
        try await two.warm(token)
        let before = await two.store.counts
        for _ in 0..<50 { #expect(try await two.store.session(for: token) != nil) }
        let after = await two.store.counts
        #expect(after[.fromMemory] == before[.fromMemory] + 50 && after[.lookUps] == before[.lookUps])
        let watch = await CheckWatch(two.store, token)
        let begun = BootInstant.now
        try await one.store.revoke(token)
        let acknowledged = BootInstant.now
        try await Task.sleep(for: TestStore.revocationDelay + .milliseconds(300))
        let checks = await watch.stop()
        #expect(checks.refused(before: begun).isEmpty)
        #expect(checks.accepted(after: acknowledged + TestStore.revocationDelay).isEmpty)
        #expect(checks.contains { $0.answer == .refused })
        // A refused session stays refused.
        let first = try #require(checks.first { $0.answer == .refused })
        #expect(checks.accepted(after: first.endedAt).isEmpty)
    }

    @Test
    func `nine of ten logouts take effect on the other pod within 200 ms, and all within the delay`() async throws {
        var delays: [Duration] = []
        for _ in 0..<50 {
            let (token, _) = try await one.signIn()
            try await two.warm(token)
            try await one.store.revoke(token)
            let acknowledged = BootInstant.now
            let refused = try await two.expectRefused(token, by: acknowledged + TestStore.revocationDelay)
            delays.append(refused - acknowledged)
        }
        // Not all, because the machine may be busy.
        #expect(delays.count { $0 < .milliseconds(200) } >= 45, "\(delays.sorted())")
    }

    @Test func `a revocation of a user's other sessions takes effect on the other pod`() async throws {
        var tokens: [SessionToken] = []
        for _ in 0..<20 { tokens.append(try await one.signIn().token) }
        let (other, _) = try await one.signIn("bob")
        for token in tokens + [other] { try await two.warm(token) }
        try await one.store.revokeAll(ofUser: "id-ann", except: tokens[0])
        let limit = BootInstant.now + TestStore.revocationDelay
        for token in tokens.dropFirst() { try await two.expectRefused(token, by: limit) }
        for token in [tokens[0], other] {
            #expect(try await two.store.session(for: token) != nil)
            try await two.warm(token)
        }
        try await one.store.revokeAll(ofUser: "id-ann")
        try await two.expectRefused(tokens[0], by: .now + TestStore.revocationDelay)
        #expect(try await two.store.session(for: other) != nil)
    }

    @Test func `a revocation by public id takes effect on the other pod`() async throws {
        let (token, session) = try await one.signIn()
        let (stays, _) = try await one.signIn()
        for token in [token, stays] { try await two.warm(token) }
        #expect(try await one.store.revoke(sessionID: session.id, ofUser: "id-ann"))
        try await two.expectRefused(token, by: .now + TestStore.revocationDelay)
        #expect(try await two.store.session(for: stays) != nil)
    }

    @Test func `a session ended by the user's limit ends on the other pod`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let one = try await TestStore.startKeeping(server.url(database: database)) { $0.sessionsPerUser = 1 }
        let two = try await TestStore.startKeeping(server.url(database: database))
        try server.psql("INSERT INTO authfcgi_users (username, password_hash) VALUES ('ann', 'x')", database: database)
        let user = try #require(try await one.store.user(named: "ann"))
        let first = try #require(try await one.store.createAccessToken(for: user, origin: SessionOrigin()))
        for pod in [one, two] { try await pod.warm(first.token) }
        let second = try #require(try await one.store.createAccessToken(for: user, origin: SessionOrigin()))
        let limit = BootInstant.now + TestStore.revocationDelay
        for pod in [one, two] {
            try await pod.expectRefused(first.token, by: limit)
            #expect(try await pod.store.session(for: second.token) != nil)
        }
    }
}
