import Foundation
import TestSupport
import Testing

@testable import Sessions

/// The lifetime of sessions with and without use, by the database's clock, which is also this process's.
@Suite struct LifetimeTests {
    /// Checks a session repeatedly until it is refused, which also counts as use.
    ///
    /// The limits are exact: a check that starts after the end must not accept the session, and a check that ends
    /// before it must not refuse it.
    private func expect(
        _ pod: TestStore, _ token: SessionToken, endsAt end: Date, pause: Duration = .milliseconds(20)
    ) async throws {
        while true {
            let asked = Date.now
            let session = try await pod.store.session(for: token)
            guard session == nil else {
                guard asked < end else {
                    Issue.record("\(asked.timeIntervalSince(end)) s after its end the session is accepted")
                    return
                }
                try await Task.sleep(for: pause)
                continue
            }
            let early = end.timeIntervalSince(.now)
            #expect(early <= 0, "\(early) s before its end the session is refused")
            return
        }
    }

    @Test(arguments: [1000, 0])
    func `a session expires exactly after its lifetime, even if it is used`(kept: Int) async throws {
        let database = try SharedDatabase()
        let pod = try await database.store {
            $0.cachedSessions = kept
            $0.lifetime = .seconds(2)
        }
        let (token, session) = try await pod.signIn()
        #expect(abs(session.expiresAt.timeIntervalSince(session.createdAt) - 2) < 0.001)
        try await expect(pod, token, endsAt: session.expiresAt)
        #expect(await (pod.store.counts[.fromMemory] > 50) == (kept > 0))
        #expect(try database.row(token).expiresAt == session.expiresAt)
    }

    @Test(arguments: [1000, 0])
    func `a session that is used outlives its idle timeout again and again, up to its lifetime`(kept: Int) async throws
    {
        let database = try SharedDatabase()
        let pod = try await database.store {
            $0.cachedSessions = kept
            $0.lifetime = .milliseconds(4500)
            $0.idleTimeout = .seconds(1)
        }
        let (token, session) = try await pod.signIn()
        #expect(abs(session.expiresAt.timeIntervalSince(session.createdAt) - 1.1) < 0.001)
        let end = session.createdAt + 4.5
        // First at intervals of two thirds of the idle timeout, then frequently, to observe the end.
        while Date.now < end - 0.8 {
            #expect(try await pod.store.session(for: token) != nil)
            try await Task.sleep(for: .milliseconds(650))
        }
        try await expect(pod, token, endsAt: end)
        let row = try database.row(token)
        #expect(abs(row.expiresAt.timeIntervalSince(end)) < 0.001 && row.expiresAt == row.absoluteExpiresAt)
    }

    @Test(arguments: [1000, 0])
    func `an unused session expires after its idle timeout, at most a tenth later`(
        kept: Int
    ) async throws {
        let database = try SharedDatabase()
        // The second store also has the session in memory, but it is not used there.
        var pods: [TestStore] = []
        for _ in 0..<2 {
            pods.append(
                try await database.store {
                    $0.cachedSessions = kept
                    $0.idleTimeout = .seconds(2)
                })
        }
        let (token, _) = try await pods[0].signIn()
        for pod in pods { for _ in 0..<5 { #expect(try await pod.store.session(for: token) != nil) } }
        try await Task.sleep(for: .milliseconds(900))
        let keptBefore = await pods[0].store.counts[.fromMemory]
        let lastUse = Date.now
        #expect(try await pods[0].store.session(for: token) != nil)
        let used = Date.now
        #expect(await pods[0].store.counts[.fromMemory] == keptBefore + (kept > 0 ? 1 : 0))
        try eventually("the use is written", within: .seconds(1)) {
            try database.row(token).lastSeenAt > lastUse - 0.01
        }
        let end = try database.row(token).expiresAt
        #expect(end >= lastUse + 2 && end < used + 2.25, "\(end.timeIntervalSince(lastUse))")
        // A check by a store would count as use.
        try eventually("the idle timeout is nearly over", every: .milliseconds(1)) { Date.now > end - 0.4 }
        #expect(try database.psql("SELECT get_user_from_token('\(token.secretText)')") == "id-ann")
        try eventually("the idle timeout is over", every: .milliseconds(1)) { Date.now > end }
        for pod in pods { #expect(try await pod.store.session(for: token) == nil) }
        #expect(try database.psql("SELECT get_user_from_token('\(token.secretText)')") == "")
        #expect(try database.row(token).expiresAt == end)
    }

    @Test func `a use on one pod postpones the expiry on all`() async throws {
        let database = try SharedDatabase()
        let one = try await database.store { $0.idleTimeout = .seconds(1) }
        let two = try await database.store { $0.idleTimeout = .seconds(1) }
        let (token, session) = try await one.signIn()
        for pod in [one, two] { #expect(try await pod.store.session(for: token) != nil) }
        let lookUps = await one.store.counts[.lookUps]
        while Date.now < session.createdAt + 3 {
            #expect(try await two.store.session(for: token) != nil)
            try await Task.sleep(for: .milliseconds(100))
        }
        // The entry of the first store has expired. A look-up returns the extended session.
        #expect(try await one.store.session(for: token) != nil)
        #expect(await one.store.counts[.lookUps] == lookUps + 1)
    }

    @Test func `the idle timeout applies to logins without remember, and not to applications' tokens`() async throws {
        let database = try SharedDatabase()
        let pod = try await database.store {
            $0.idleTimeout = .seconds(1)
            // Longer than the default limit of the database.
            $0.rememberedLifetime = .seconds(180 * 86_400)
        }
        try database.psql("INSERT INTO authfcgi_users (username, password_hash) VALUES ('ann', 'x')")
        let user = try #require(try await pod.store.user(named: "ann"))
        let plain = try #require(try await pod.store.createAccessToken(for: user, origin: SessionOrigin()))
        let remembered = try #require(
            try await pod.store.createAccessToken(for: user, origin: SessionOrigin(), remembered: true))
        let made = try #require(SessionToken(try database.psql("SELECT create_access_token('ann')")))
        try await Task.sleep(for: .milliseconds(1200))
        #expect(try await pod.store.session(for: plain.token) == nil)
        #expect(try await pod.store.session(for: remembered.token) != nil)
        let lasts = remembered.session.expiresAt.timeIntervalSince(remembered.session.createdAt)
        #expect(abs(lasts - 180 * 86_400) < 0.001)
        #expect(try await pod.store.session(for: made) != nil)
    }
}
