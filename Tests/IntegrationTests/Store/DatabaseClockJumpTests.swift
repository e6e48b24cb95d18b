import Foundation
import TestSupport
import Testing

@testable import Sessions

/// The clock of PostgreSQL's machine is set back. The age of cached sessions is unknown then, so checks query
/// PostgreSQL.
@Suite struct DatabaseClockJumpTests {
    private let folder: TestFolder
    private let clock: FakeClock
    private let server: PostgreSQLServer

    init() throws {
        folder = try TestFolder()
        clock = try FakeClock(in: folder)
        server = try PostgreSQLServer(in: folder, clock: clock)
    }

    private func stores() async throws -> [TestStore] {
        var stores: [TestStore] = []
        for _ in 0..<2 {
            stores.append(
                try await TestStore.start(server.url()) { (configuration: inout SessionStore.Configuration) in
                    configuration.cleanupInterval = nil
                    configuration.idleTimeout = .seconds(600)
                })
        }
        return stores
    }

    private var databaseTime: Date {
        get throws {
            Date(timeIntervalSince1970: try #require(Double(try server.psql("SELECT extract(epoch FROM now())"))))
        }
    }

    @Test func `while the database's clock lags, checks query it, and revoked sessions stay refused`()
        async throws
    {
        let stores = try await stores()
        let (live, _) = try await stores[0].signIn("ann")
        let (early, _) = try await stores[0].signIn("bob")
        let (late, _) = try await stores[0].signIn("carol")
        for store in stores {
            for token in [live, early, late] {
                for _ in 0..<3 { #expect(try await store.store.session(for: token) != nil) }
            }
            #expect(await store.store.counts[.fromMemory] == 6)
        }
        try await stores[0].store.revoke(early)
        try clock.set(offset: -3600)
        #expect(abs(try databaseTime.timeIntervalSinceNow + 3600) < 5)
        let jumped = ContinuousClock.now
        var answers = 0
        // Longer than the lease at the time of the jump.
        while ContinuousClock.now - jumped < .milliseconds(1500) {
            for store in stores {
                #expect(try await store.store.session(for: live)?.identity.username == "ann")
                let asked = ContinuousClock.now
                let revoked = try await store.store.session(for: early)
                if asked - jumped > .seconds(1) { #expect(revoked == nil) }
            }
            answers += 1
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(answers > 50)
        // Results from PostgreSQL are older than the cached ones now, and are not cached.
        let (new, session) = try await stores[0].signIn("dora")
        #expect(abs(session.createdAt.timeIntervalSinceNow + 3600) < 10)
        for store in stores {
            let counts = await store.store.counts
            for _ in 0..<10 { #expect(try await store.store.session(for: new) != nil) }
            #expect(await store.store.counts[.lookUps] == counts[.lookUps] + 10)
        }
        // Revocations with the clock that was set back are effective too.
        try server.psql("SELECT revoke_user_sessions('id-carol')")
        try await stores[0].store.revoke(new)
        let revoked = ContinuousClock.now
        for store in stores {
            for token in [late, new] {
                try await eventually("the session is gone", within: .seconds(2)) {
                    let asked = ContinuousClock.now
                    let session = try await store.store.session(for: token)
                    if asked - revoked > .seconds(1) { #expect(session == nil) }
                    return session == nil
                }
            }
        }
        // When the clock is correct again, sessions are cached as before and the revoked ones stay refused.
        try clock.set(offset: 0)
        for store in stores {
            try await eventually("sessions are kept again", within: .seconds(3)) {
                let kept = await store.store.counts[.fromMemory]
                let session = try await store.store.session(for: live)
                #expect(session != nil)
                return await store.store.counts[.fromMemory] > kept
            }
            for token in [early, late, new] { #expect(try await store.store.session(for: token) == nil) }
        }
    }

    @Test func `a clock that is ahead expires sessions early, and setting it back restores no cached one`() async throws
    {
        let stores = try await stores()
        let (token, _) = try await stores[0].signIn("ann")
        for store in stores { for _ in 0..<3 { #expect(try await store.store.session(for: token) != nil) } }
        // An hour exceeds the idle timeout.
        try clock.set(offset: 3600)
        for store in stores {
            try await eventually("the session is over", within: .seconds(2)) {
                try await store.store.session(for: token) == nil
            }
        }
        try clock.set(offset: 0)
        // PostgreSQL returns the session, which was not ended.
        for store in stores {
            for _ in 0..<20 {
                let counts = await store.store.counts
                #expect(try await store.store.session(for: token) != nil)
                #expect(await store.store.counts[.lookUps] == counts[.lookUps] + 1)
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}
