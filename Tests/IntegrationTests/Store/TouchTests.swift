import Foundation
import TestSupport
import Testing

@testable import Sessions

/// A late touch never revives a session.
@Suite struct TouchTests {
    /// The ways in which a session ends while a touch is on the way.
    enum End: CaseIterable {
        case revoked, expired, revokedByUser, deleted

        /// Returns the statement.
        ///
        /// - Parameter condition: The condition that selects the row.
        func sql(_ condition: String) -> String {
            switch self {
            case .revoked:
                "SELECT revoke_access_token_hash(token_hash) FROM session_tokens WHERE \(condition)"
            case .expired: "UPDATE session_tokens SET expires_at = now() WHERE \(condition)"
            case .revokedByUser: "SELECT revoke_user_sessions('id-ann')"
            case .deleted: "DELETE FROM session_tokens WHERE \(condition)"
            }
        }
    }

    @Test(arguments: End.allCases)
    func `touch_sessions ignores ended sessions`(end: End) async throws {
        let database = try SharedDatabase()
        let pod = try await database.store { $0.idleTimeout = .seconds(3600) }
        let (token, _) = try await pod.signIn("ann")
        let (other, _) = try await pod.signIn("bob")
        try database.psql(
            "CREATE TABLE hashes AS SELECT token_hash FROM session_tokens; \(end.sql("user_id = 'id-ann'"))")
        let before = end == .deleted ? nil : try database.row(token)
        for use in ["now()", "now() - interval '1 second'", "now() + interval '1 day'", "'infinity'"] {
            let held = try database.psql(
                """
                SELECT count(*) FROM touch_sessions(ARRAY(SELECT token_hash FROM hashes),
                ARRAY(SELECT (\(use))::timestamptz FROM hashes), '0')
                """)
            #expect(held == "0")
            #expect(try await pod.store.session(for: token) == nil)
            if let before { #expect(try database.row(token) == before, "\(use)") }
        }
        let touched = try database.row(other)
        #expect(touched.lastSeenAt > touched.createdAt && touched.lastSeenAt <= .now)
        #expect(touched.expiresAt > touched.createdAt + 3660)
        #expect(try database.psql("SELECT count(*) FROM session_tokens WHERE expires_at > now()") == "1")
    }

    @Test func `a touch never exceeds the lifetime, and future uses are limited to now`() async throws {
        let database = try SharedDatabase()
        let pod = try await database.store {
            $0.idleTimeout = .seconds(50)
            $0.lifetime = .seconds(60)
        }
        let (token, _) = try await pod.signIn()
        try await Task.sleep(for: .milliseconds(20))
        try database.psql("SELECT touch_sessions(ARRAY[token_hash], ARRAY[now() + '1 h'], '0') FROM session_tokens")
        let row = try database.row(token)
        #expect(row.lastSeenAt <= .now)
        #expect(row.expiresAt > row.createdAt + 55 && row.expiresAt < row.lastSeenAt + 55.01)
        try database.psql(
            """
            UPDATE session_tokens SET absolute_expires_at = expires_at + interval '1 ms';
            SELECT pg_sleep(0.1);
            SELECT touch_sessions(ARRAY[token_hash], ARRAY[now()], '0') FROM session_tokens
            """)
        let touched = try database.row(token)
        #expect(touched.lastSeenAt > row.lastSeenAt)
        #expect(touched.expiresAt == touched.absoluteExpiresAt)
    }

    @Test(arguments: End.allCases)
    func `a use delayed in the network until its session has ended changes nothing`(end: End) async throws {
        let database = try SharedDatabase()
        let folder = try TestFolder()
        let proxy = try SocketProxy(before: database.server, socketFolder: folder.path)
        let pod = try await TestStore.start(
            database.server.url(database: database.name, through: folder.path),
            configured: {
                $0.cleanupInterval = nil
                $0.idleTimeout = .seconds(2)
            })
        let (token, _) = try await pod.signIn("ann")
        let (other, _) = try await pod.signIn("bob")
        for token in [token, other] { #expect(try await pod.store.session(for: token) != nil) }
        let kept = await pod.store.counts[.fromMemory]
        proxy.pause()
        // From memory, as long as the fault of the network is unnoticed.
        try await Task.sleep(for: .milliseconds(100))
        let used = Date.now
        for token in [token, other] { #expect(try await pod.store.session(for: token) != nil) }
        #expect(await pod.store.counts[.fromMemory] == kept + 2)
        // The touch is sent within 150 ms, and is held back by the proxy.
        try await Task.sleep(for: .milliseconds(300))
        let written = await pod.store.counts[.touchesWritten]
        try database.psql(end.sql("user_id = 'id-ann'"))
        let ended = end == .deleted ? nil : try database.row(token)
        proxy.resume()
        try await eventually("the touch is through", within: .seconds(3), log: pod.log.text) {
            let isThrough = await pod.store.counts[.touchesWritten] >= written + 2
            return try isThrough && database.row(other).lastSeenAt > used - 0.01
        }
        #expect(!pod.log.text.contains("cannot be written"), "\(pod.log.text)")
        if let ended { #expect(try database.row(token) == ended) }
        #expect(try await pod.sessionOnceItAnswers(token) == nil)
        #expect(try await pod.sessionOnceItAnswers(other) != nil)
        #expect(try database.psql("SELECT count(*) FROM session_tokens WHERE expires_at > now()") == "1")
    }

    @Test func `a use delayed until its session has expired changes nothing`() async throws {
        let database = try SharedDatabase()
        let folder = try TestFolder()
        let proxy = try SocketProxy(before: database.server, socketFolder: folder.path)
        let pod = try await TestStore.start(
            database.server.url(database: database.name, through: folder.path),
            configured: {
                $0.cleanupInterval = nil
                $0.idleTimeout = .seconds(1)
            })
        let (token, _) = try await pod.signIn("ann")
        let (other, _) = try await pod.store.createAccessToken(for: Identity(userID: "bob", username: "bob"))
        try database.psql("UPDATE session_tokens SET expires_at = now() + interval '1 hour' WHERE user_id = 'bob'")
        for token in [token, other] { #expect(try await pod.store.session(for: token) != nil) }
        let kept = await pod.store.counts[.fromMemory]
        proxy.pause()
        try await Task.sleep(for: .milliseconds(100))
        let used = Date.now
        for token in [token, other] { #expect(try await pod.store.session(for: token) != nil) }
        #expect(await pod.store.counts[.fromMemory] == kept + 2)
        // Touches that were sent before the pause have arrived by now.
        let stuck = try database.row(token)
        #expect(stuck.lastSeenAt < used)
        try eventually("the session has timed out") { Date.now > stuck.expiresAt + 0.05 }
        proxy.resume()
        try eventually("the touch is through", within: .seconds(3), log: pod.log.text) {
            try database.row(other).lastSeenAt > used - 0.01
        }
        #expect(try database.row(token) == stuck)
        #expect(try await pod.sessionOnceItAnswers(token) == nil)
    }
}
