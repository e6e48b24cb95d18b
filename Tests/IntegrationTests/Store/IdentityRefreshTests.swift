import Foundation
import TestSupport
import Testing

@testable import Sessions

/// `update_user_sessions()` changes the identity in all sessions of a user, and ends none.
@Suite struct IdentityRefreshTests {
    private static let update = """
        SELECT update_user_sessions('id-ann', username => 'anna', groups => '{staff,"a,b"}', name => 'Anna Ö',
        email => 'anna@b.example')
        """
    private static let anna = Identity(
        userID: "id-ann", username: "anna", groups: ["staff", "a,b"], name: "Anna Ö", email: "anna@b.example")

    @Test func `pods with a cached session return the new identity at once, and cache it again`() async throws {
        let database = try SharedDatabase()
        var pods: [TestStore] = []
        for _ in 0..<3 { pods.append(try await database.store()) }
        let (token, session) = try await pods[0].signIn("ann")
        let (other, _) = try await pods[0].signIn("bob")
        for pod in pods {
            for token in [token, other] {
                for _ in 0..<3 { #expect(try await pod.store.session(for: token) != nil) }
            }
            #expect(await pod.store.counts[.fromMemory] == 4)
        }
        #expect(try database.psql(Self.update) == "1")
        let changed = ContinuousClock.now
        for pod in pods {
            try await eventually("the new identity is told", within: .seconds(2), every: .milliseconds(1)) {
                let asked = ContinuousClock.now
                let now = try #require(try await pod.store.session(for: token))
                #expect(now.id == session.id && abs(now.expiresAt.timeIntervalSince(session.expiresAt)) < 0.001)
                if asked - changed > .seconds(1) { #expect(now.identity == Self.anna) }
                return now.identity == Self.anna
            }
        }
        for pod in pods {
            try await eventually("the new identity is kept", within: .seconds(2)) {
                let kept = await pod.store.counts[.fromMemory]
                let session = try await pod.store.session(for: token)
                #expect(session?.identity == Self.anna)
                return await pod.store.counts[.fromMemory] > kept
            }
            let counts = await pod.store.counts
            for _ in 0..<200 {
                #expect(try await pod.store.session(for: token)?.identity == Self.anna)
                #expect(try await pod.store.session(for: other)?.identity.username == "bob")
            }
            #expect(await pod.store.counts[.fromMemory] >= counts[.fromMemory] + 398)
        }
    }

    @Test func `a change that follows another is not lost`() async throws {
        let database = try SharedDatabase()
        let pod = try await database.store()
        let (token, _) = try await pod.signIn("ann")
        for number in 0..<20 {
            #expect(try await pod.store.session(for: token) != nil)
            try database.psql("SELECT update_user_sessions('id-ann', name => 'Ann \(number)')")
            try await eventually("the new name is told", within: .seconds(1), every: .milliseconds(1)) {
                try await pod.store.session(for: token)?.identity.name == "Ann \(number)"
            }
        }
    }

    @Test func `a session revoked after a change of identity ends, even where the change was cached`() async throws {
        let database = try SharedDatabase()
        let pod = try await database.store()
        let (token, _) = try await pod.signIn("ann")
        try database.psql(Self.update)
        try await eventually("the new identity is kept", within: .seconds(2)) {
            let kept = await pod.store.counts[.fromMemory]
            _ = try await pod.store.session(for: token)
            return await pod.store.counts[.fromMemory] > kept
        }
        try database.psql("SELECT revoke_user_sessions('id-ann')")
        let revoked = ContinuousClock.now
        try await eventually("the session is gone", within: .seconds(2)) {
            let asked = ContinuousClock.now
            let session = try await pod.store.session(for: token)
            if asked - revoked > .seconds(1) { #expect(session == nil) }
            return session == nil
        }
        // No later change revives the session.
        #expect(try database.psql(Self.update) == "0")
        #expect(try await pod.store.session(for: token) == nil)
    }
}
