import FoundationEssentials
import TestSupport
import Testing

@testable import Sessions

/// The contract of the store, with a real PostgreSQL.
@Suite struct SessionStoreTests {
    private static let someID = "11111111-2222-3333-4444-555555555555"

    @Test func `a session is found by its token on every pod at once`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let one = try await TestStore.start(server.url(database: database))
        let two = try await TestStore.start(server.url(database: database))
        let identity = Identity(
            userID: "42", username: "ann", groups: ["staff", "a,b", "größe", ""], name: "Ann Ö", email: "a@b.example")
        let origin = SessionOrigin(clientAddress: "2001:db8::1", userAgent: "curl", label: "laptop")
        let (token, made) = try await one.store.createAccessToken(for: identity, origin: origin)
        for pod in [one, two] {
            let session = try #require(try await pod.store.session(for: token))
            #expect(session.id == made.id)
            #expect(session.identity == identity)
            #expect(abs(session.expiresAt.timeIntervalSince(session.createdAt) - 24 * 3600) < 0.001)
            #expect(abs(session.createdAt.timeIntervalSinceNow) < 5)
        }
        let row = try server.psql(
            "SELECT client_ip, user_agent, label FROM session_tokens", database: database)
        #expect(row == "2001:db8::1|curl|laptop")
    }

    @Test func `only the token's SHA-256 is stored`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database))
        let (token, _) = try await pod.signIn()
        let rows = try server.psql(
            "SELECT encode(token_hash, 'hex') || ' ' || session_tokens::text FROM session_tokens", database: database)
        let hash = try server.psql(
            "SELECT encode(sha256('\(token.secretText)'), 'hex')", database: database)
        #expect(rows.hasPrefix(hash))
        #expect(!rows.contains(token.secretText.dropFirst(4)))
    }

    @Test func `a revoked session ends on every pod, and revoking it again is no error`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let one = try await TestStore.start(server.url(database: database))
        let two = try await TestStore.start(server.url(database: database))
        let (token, _) = try await one.signIn()
        try await one.store.revoke(token)
        #expect(try await one.store.session(for: token) == nil)
        #expect(try await two.store.session(for: token) == nil)
        try await two.store.revoke(token)
        // The same result as an operator's query for active sessions.
        #expect(
            try server.psql("SELECT count(*) FROM session_tokens WHERE expires_at > now()", database: database) == "0")
    }

    @Test func `revoking all sessions of a user leaves those of other users`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database))
        let (first, _) = try await pod.signIn("ann")
        let (second, _) = try await pod.signIn("ann")
        let (other, _) = try await pod.signIn("bob")
        try await pod.store.revokeAll(ofUser: "id-ann")
        #expect(try await pod.store.session(for: first) == nil)
        #expect(try await pod.store.session(for: second) == nil)
        #expect(try await pod.store.session(for: other) != nil)
    }

    @Test func `an expired session is not found`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database))
        let (token, _) = try await pod.store.createAccessToken(
            for: Identity(userID: "1", username: "ann"), lifetime: .milliseconds(1500))
        #expect(try await pod.store.session(for: token) != nil)
        try await Task.sleep(for: .milliseconds(1700))
        #expect(try await pod.store.session(for: token) == nil)
    }

    @Test(arguments: [
        "DELETE FROM session_tokens", "UPDATE session_tokens SET revoked_at = now()",
        "UPDATE session_tokens SET expires_at = now()", "TRUNCATE session_tokens",
        "SELECT revoke_user_sessions('id-ann')",
    ])
    func `plain SQL ends a session`(sql: String) async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database))
        let (token, _) = try await pod.signIn()
        _ = try server.psql(sql, database: database)
        #expect(try await pod.store.session(for: token) == nil)
    }

    @Test func `tokens created by SQL are valid in the library, and vice versa`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database))
        let text = try server.psql(
            "SELECT create_access_token(user_id => '7', username => 'bob', groups => '{x,y}')", database: database)
        let token = try #require(SessionToken(text))
        let session = try #require(try await pod.store.session(for: token))
        #expect(session.identity == Identity(userID: "7", username: "bob", groups: ["x", "y"]))
        let (own, _) = try await pod.signIn()
        #expect(try server.psql("SELECT get_user_from_token('\(own.secretText)')", database: database) == "id-ann")
        #expect(try server.psql("SELECT revoke_access_token('\(own.secretText)')", database: database) == "t")
        #expect(try await pod.store.session(for: own) == nil)
    }

    @Test func `a forged token is detected by its tag, without a look-up`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database))
        let invented = try #require(SessionToken("afs_" + String(repeating: "A", count: 54)))
        for _ in 0..<100 { #expect(try await pod.store.session(for: invented) == nil) }
        #expect(await pod.store.counts[.lookUps] == 0)
    }

    @Test func `a login in progress while all of the user's sessions are revoked creates none`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database))
        _ = try server.psql(
            "INSERT INTO authfcgi_users (username, password_hash, groups) VALUES ('ann', 'x', '{a,b}')",
            database: database)
        let user = try #require(try await pod.store.user(named: "ann"))
        #expect(user.identity.groups == ["a", "b"])
        #expect(try await pod.store.createAccessToken(for: user, origin: SessionOrigin()) != nil)
        _ = try server.psql("UPDATE authfcgi_users SET password_hash = 'y'", database: database)
        #expect(try await pod.store.createAccessToken(for: user, origin: SessionOrigin()) == nil)
        let again = try #require(try await pod.store.user(named: "ann"))
        #expect(try await pod.store.createAccessToken(for: again, origin: SessionOrigin()) != nil)
    }

    @Test func `a disabled user is not found`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database))
        _ = try server.psql(
            "INSERT INTO authfcgi_users (username, password_hash, disabled) VALUES ('ann', 'x', true)",
            database: database)
        #expect(try await pod.store.user(named: "ann") == nil)
        #expect(try await pod.store.user(named: "nobody") == nil)
    }

    @Test func `a text with a NUL is refused, not truncated`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database))
        await #expect(throws: SessionStoreError.invalid("a user id contains no NUL character")) {
            try await pod.store.createAccessToken(for: Identity(userID: "root\0x", username: "ann"))
        }
        #expect(try server.psql("SELECT count(*) FROM session_tokens", database: database) == "0")
    }

    @Test func `malformed arguments are refused as invalid, even without a database`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database))
        let store = pod.store
        let long = String(repeating: "x", count: 256)
        let token = try await pod.signIn().token
        let isID = SessionStoreError.invalid("a session id is a UUID")
        let isUser = SessionStoreError.invalid("a user id has 1 to 255 bytes")
        for isClosed in [false, true] {
            if isClosed { await store.close() }
            await #expect(throws: isID) { try await store.revoke(sessionID: "no-uuid", ofUser: "id-ann") }
            await #expect(throws: isUser) { try await store.revoke(sessionID: Self.someID, ofUser: long) }
            await #expect(throws: isUser) { try await store.revokeAll(ofUser: long, except: token) }
            await #expect(throws: isUser) { try await store.revokeAll(ofUser: "") }
            await #expect(throws: isUser) { try await store.sessions(of: long) }
            await #expect(throws: isUser) {
                try await store.createAccessToken(for: Identity(userID: "", username: "ann"))
            }
            await #expect(throws: SessionStoreError.invalid("a lifetime is longer than zero")) {
                try await store.createAccessToken(for: Identity(userID: "1", username: "ann"), lifetime: .zero)
            }
        }
        #expect(!pod.log.text.contains("command failed"), "\(pod.log.text)")
    }

    @Test func `a thousand concurrent look-ups each get their own answer`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database))
        let texts = try server.psql(
            "SELECT create_access_token(i::text, 'user' || i) FROM generate_series(1, 1000) i", database: database)
        let tokens = texts.split(separator: "\n").compactMap { SessionToken(String($0)) }
        #expect(tokens.count == 1000)
        let wrong = try await withThrowingTaskGroup(of: Bool.self) { group in
            for (index, token) in tokens.enumerated() {
                group.addTask { try await pod.store.session(for: token)?.identity.userID == "\(index + 1)" }
            }
            return try await group.reduce(0) { $0 + ($1 ? 0 : 1) }
        }
        #expect(wrong == 0)
    }

    @Test func `a new key's tokens are recognized without a restart`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database))
        _ = try server.psql("SELECT rotate_session_key()", database: database)
        // Backdated, so that SQL uses it at once. Workers learn it with their next heartbeat.
        _ = try server.psql("UPDATE session_keys SET created_at = now() - interval '1 minute'", database: database)
        let text = try server.psql("SELECT create_access_token('1')", database: database)
        let token = try #require(SessionToken(text))
        try await Task.sleep(for: .seconds(3))
        #expect(try await pod.store.session(for: token) != nil)
    }

    @Test func `a store that is released closes its connections`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        func connections() throws -> String {
            try server.psql(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database)' AND application_name LIKE 'authfcgi%'",
                database: "postgres")
        }
        var pod: TestStore? = try await TestStore.start(server.url(database: database))
        _ = try await pod?.signIn()
        #expect(try connections() != "0")
        pod = nil
        try eventually("the end of the connections") { try connections() == "0" }
    }
}
