import TestSupport
import Testing

@testable import Sessions

/// Clients that the throttle knows by a session token, at addresses that it does not know.
@Suite struct DeviceThrottleTests {
    /// An address at which ann was never signed in.
    private static let elsewhere = "203.0.113.9"

    private func isKnown(_ token: SessionToken, _ stores: ThrottledStores) async throws -> Bool {
        try stores.setFailures(20)
        #expect(try await stores.fail(from: Self.elsewhere) == 30, "a stranger waits")
        let wait = try await stores.fail(from: Self.elsewhere, showing: token)
        #expect(wait == nil || wait == 30)
        return wait == nil
    }

    @Test func `a token of the user is known while its session is live, expired or removed`() async throws {
        let stores = try await ThrottledStores()
        let token = try await stores.signIn()
        #expect(try await isKnown(token, stores))
        try stores.expireSessions()
        #expect(try await stores.pods[0].store.session(for: token) == nil)
        #expect(try await isKnown(token, stores))
        try stores.cleanUp()
        #expect(try stores.database.psql("SELECT count(*) FROM session_tokens") == "0")
        #expect(try await isKnown(token, stores))
        try stores.setFailures(20)
        try await stores.signIn(from: Self.elsewhere, showing: token)
    }

    @Test func `an idle timeout is an expiry too`() async throws {
        let stores = try await ThrottledStores()
        let token = try await stores.signIn()
        try stores.database.psql(
            """
            UPDATE session_tokens SET idle_timeout = '10 minutes', last_seen_at = now() - interval '20 minutes',
                expires_at = now() - interval '9 minutes'
            """)
        #expect(try await isKnown(token, stores))
        try stores.cleanUp()
        #expect(try await isKnown(token, stores))
    }

    /// Ways in which somebody ends a session.
    private static let ends = [
        "SELECT revoke_access_token_hash(token_hash) FROM session_tokens", "SELECT revoke_user_sessions('1')",
        "SELECT revoke_session(session_id) FROM session_tokens", "SELECT revoke_all_sessions()",
        "DELETE FROM session_tokens", "UPDATE session_tokens SET expires_at = now()",
        "UPDATE authfcgi_users SET password_hash = 'y'", "UPDATE authfcgi_users SET disabled = true",
    ]

    @Test(arguments: ends, [false, true])
    func `the token of a session that somebody has ended is not known`(_ end: String, expires: Bool) async throws {
        let stores = try await ThrottledStores()
        let token = try await stores.signIn()
        try stores.database.psql(end)
        if expires { try stores.expireSessions() }
        #expect(try await !isKnown(token, stores))
        try stores.cleanUp()
        #expect(try await !isKnown(token, stores))
    }

    @Test(arguments: [
        "SELECT revoke_user_sessions('1')", "SELECT revoke_all_sessions()",
        "UPDATE authfcgi_users SET password_hash = 'y'", "DELETE FROM login_devices",
    ])
    func `an expired token is forgotten when all sessions of its user are ended`(_ end: String) async throws {
        for isRemoved in [true, false] where isRemoved || !end.hasPrefix("DELETE") {
            let stores = try await ThrottledStores()
            let token = try await stores.signIn()
            try stores.expireSessions()
            if isRemoved { try stores.cleanUp() }
            try stores.database.psql(end)
            #expect(try await !isKnown(token, stores))
            // Sessions that begin later are known again.
            try stores.setFailures(0)
            let other = try await stores.signIn(from: "192.0.2.77")
            try stores.expireSessions()
            try stores.cleanUp()
            #expect(try await isKnown(other, stores))
            #expect(try await !isKnown(token, stores))
        }
    }

    @Test func `the session that stays when all others are ended is known after its expiry`() async throws {
        let stores = try await ThrottledStores()
        let tokens = [try await stores.signIn(), try await stores.signIn()]
        try await stores.pods[0].store.revokeAll(ofUser: "1", except: tokens[0])
        for _ in 0..<2 {
            #expect(try await isKnown(tokens[0], stores))
            #expect(try await !isKnown(tokens[1], stores))
            try stores.expireSessions()
            try stores.cleanUp()
        }
    }

    @Test func `a token is known for its own user alone`() async throws {
        let stores = try await ThrottledStores()
        let (token, _) = try await stores.pods[0].store.createAccessToken(for: Identity(userID: "2", username: "eve"))
        for _ in 0..<2 {
            #expect(try await !isKnown(token, stores))
            try stores.setFailures(20)
            #expect(try await stores.fail("ann", userID: nil, from: Self.elsewhere, showing: token) == 30)
            #expect(try await stores.fail("eve", userID: "2", from: Self.elsewhere, showing: token) == nil)
            try stores.expireSessions()
            try stores.cleanUp()
        }
    }

    @Test func `the token of a machine's session, which has a label, is not known`() async throws {
        let stores = try await ThrottledStores()
        let (token, _) = try await stores.pods[0].store.createAccessToken(
            for: Identity(userID: "1", username: "ann"), origin: SessionOrigin(label: "backup"))
        #expect(try await !isKnown(token, stores))
        try stores.expireSessions()
        try stores.cleanUp()
        #expect(try await !isKnown(token, stores))
    }

    @Test func `a token gives ten attempts an hour, from all addresses and pods together`() async throws {
        let stores = try await ThrottledStores(8)
        let token = try await stores.signIn(from: "192.0.2.7")
        try stores.expireSessions()
        try stores.cleanUp()
        try stores.setFailures(20)
        #expect(try await stores.allowed(of: 100, showing: token) { "198.51.100.\($0)" } == 10)
        // Then its client is a stranger, or whom the address is known for.
        #expect(try await stores.fail(from: Self.elsewhere, showing: token) == 30)
        #expect(try await stores.fail(from: "192.0.2.7", showing: token) == nil)
        try stores.age(by: "59 minutes")
        try stores.setFailures(20)
        #expect(try await stores.fail(from: Self.elsewhere, showing: token) == 30)
        try stores.age(by: "2 minutes")
        try stores.setFailures(20)
        #expect(try await stores.allowed(of: 20, showing: token) { "198.51.100.\($0)" } == 10)
    }

    @Test func `the attempts with a token do not add to those of a known address`() async throws {
        let stores = try await ThrottledStores()
        let token = try await stores.signIn()
        for _ in 0..<10 { #expect(try await stores.fail(showing: token) == nil) }
        #expect(try await stores.fail(showing: token) == 1)
        #expect(try await stores.fail() == 1)
    }

    @Test func `all failures of a user remain below a hundred per hour, whatever tokens are shown`() async throws {
        let stores = try await ThrottledStores(4)
        var tokens: [SessionToken] = []
        for number in 0..<5 { tokens.append(try await stores.signIn(from: "192.0.2.\(number)")) }
        try stores.setFailures(88, every: 30)
        try stores.age(by: "40 seconds")
        var allowed = 0
        for token in tokens {
            allowed += try await stores.allowed(of: 20, showing: token) { "198.51.100.\($0)" }
        }
        #expect(allowed == 12)
        #expect(try await stores.allowed(of: 20) { _ in "192.0.2.1" } == 0, "a known address either")
    }

    @Test func `others at the address or with the name do not affect a known client`() async throws {
        let stores = try await ThrottledStores()
        let token = try await stores.signIn(from: "192.0.2.7")
        try stores.expireSessions()
        // Behind the same address, which is known too.
        for _ in 0..<10 { #expect(try await stores.fail(from: "192.0.2.7") == nil) }
        #expect(try await stores.fail(from: "192.0.2.7") == 1)
        #expect(try await stores.fail(from: "192.0.2.7", showing: token) == nil)
        let again = try await stores.signIn(from: "192.0.2.7", showing: token)
        #expect(try await isKnown(again, stores))
    }

    @Test func `a login replaces the token that it shows`() async throws {
        let stores = try await ThrottledStores()
        let first = try await stores.signIn()
        try stores.expireSessions()
        try stores.cleanUp()
        let second = try await stores.signIn(showing: first)
        #expect(try await !isKnown(first, stores))
        #expect(try await isKnown(second, stores))
        let third = try await stores.signIn(showing: second)
        #expect(try await !isKnown(second, stores))
        #expect(try await isKnown(third, stores))
    }

    @Test func `the ten sessions of a user that expired last are known, for ninety days`() async throws {
        let stores = try await ThrottledStores()
        var tokens: [SessionToken] = []
        for _ in 0..<4 {
            for _ in 0..<3 { tokens.append(try await stores.signIn()) }
            try stores.expireSessions()
            try stores.cleanUp()
        }
        let row = "SELECT count(*), max(cardinality(token_hashes)) FROM login_devices"
        #expect(try stores.database.psql(row) == "1|10")
        for (number, token) in tokens.enumerated() where number < 1 || number > 3 {
            #expect(try await isKnown(token, stores) == (number > 3), "\(number)")
        }
        try stores.database.psql("UPDATE login_devices SET expires_at = expires_at - interval '87 days'")
        #expect(try await isKnown(tokens[11], stores))
        try stores.database.psql("UPDATE login_devices SET expires_at = expires_at - interval '2 days'")
        #expect(try await !isKnown(tokens[11], stores))
        try stores.database.psql("SELECT remove_expired_login_throttle(1000)")
        #expect(try stores.database.psql(row) == "0|")
    }

    @Test func `a session that was not removed is known for ninety days`() async throws {
        let stores = try await ThrottledStores()
        let token = try await stores.signIn()
        for _ in 0..<45 { try stores.expireSessions() }
        #expect(try await isKnown(token, stores))
        try stores.expireSessions()
        #expect(try await !isKnown(token, stores))
    }
}
