import TestSupport
import Testing

/// `authfcgi session …`: the output, and the effect on the database.
@Suite struct SessionCommandTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String

    init() throws {
        (server, database) = try SharedServers.newDatabase()
    }

    /// Creates a session like an application does, and returns its token.
    @discardableResult
    func signIn(_ userID: String, username: String? = nil, label: String? = nil) throws -> String {
        let others = [("username", username), ("label", label)].compactMap { name, value in
            value.map { ", \(name) => \(GateProcess.quoted($0))" }
        }
        return try psql("SELECT create_access_token(\(GateProcess.quoted(userID))\(others.joined()))")
    }

    /// Adds one of the gate's own users, and returns the id.
    func addUser(_ name: String) throws -> String {
        try psql(
            """
            INSERT INTO authfcgi_users (username, password_hash, name, groups)
            VALUES ('\(name)', 'none', 'Ann A.', '{staff,on-call}') RETURNING id
            """)
    }

    /// Returns the number of live sessions by user.
    func live() throws -> String {
        try psql(
            """
            SELECT string_agg(user_id || ':' || n, ' ' ORDER BY user_id) FROM (
            SELECT user_id, count(*) AS n FROM session_tokens WHERE expires_at > now() GROUP BY user_id) c
            """)
    }

    func expectUsageError(_ arguments: String...) throws {
        let result = try run(arguments)
        #expect(result.status == .code(64), "\(arguments): \(result)")
        #expect(result.errors.contains("Usage: authfcgi session"), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test func `contradicting flags are usage errors`() throws {
        try expectUsageError("session", "list", "--user", "")
        try expectUsageError("session", "create", "--user", "ann", "--lifetime", "0s")
        try expectUsageError("session", "create", "--user", "ann", "--lifetime", "90 days")
        try expectUsageError("session", "create", "--user", "ann", "--label", "")
        try expectUsageError("session", "revoke")
        try expectUsageError("session", "revoke", "--yes")
        try expectUsageError("session", "revoke", "--user", "ann", "--all")
        try expectUsageError("session", "revoke", "--id", "f38558e5-eee0-46ce-a2f4-94545702468")
        try expectUsageError("session", "refresh", "--user", "ann")
        #expect(try run(["audit", "--limit", "0"]).status == .code(64))
        #expect(try psql("SELECT count(*) FROM user_epochs") == "0")
    }

    // MARK: Selection by --user

    @Test func `a user is found by id, by the name of an account, or by the name in sessions, in this order`() throws {
        let ann = try addUser("ann")
        try signIn(ann, username: "ann")
        try signIn("42", username: "bob")
        for (name, shown) in [(ann, "ann (id \(ann))"), ("ann", "ann (id \(ann))"), ("bob", "42"), ("42", "42")] {
            let result = try run(["session", "revoke", "--user", name])
            #expect(result.output.hasSuffix(" of user \(shown).\n"), "\(name): \(result)")
            #expect(result.complaints.isEmpty, "\(result.errors)")
        }
        // An ended session also proves that the user exists. Its name is not used any more, because it may be outdated.
        #expect(try live() == "")
        #expect(try run(["session", "list", "--user", "bob"]).status == .code(65))

        // The id takes precedence, and a message names the other user.
        try signIn("ann")
        try signIn(ann, username: "ann")
        let result = try run(["session", "revoke", "--user", "ann"])
        #expect(result.output == "Ended 1 session of user ann.\n")
        #expect(result.errors.contains("for the user with the sign-in name ann, use --user \(ann)"), "\(result.errors)")
        #expect(try live() == "\(ann):1")
    }

    @Test func `an unknown or ambiguous name is refused, and nothing is changed`() throws {
        try signIn("1", username: "bob")
        try signIn("2", username: "bob")
        try signIn("2", username: "bob")
        for command in [["list"], ["create"], ["revoke"], ["refresh", "--name", "B"]] {
            let several = try run(["session"] + command + ["--user", "bob"])
            #expect(several.status == .code(65) && several.output.isEmpty, "\(command): \(several)")
            #expect(several.errors.contains("several users have sessions with the name bob"), "\(several.errors)")
            #expect(several.errors.hasSuffix("by id: 1, 2\n"), "\(several.errors)")
        }
        for command in [["list"], ["create"], ["revoke"], ["refresh", "--name", "B"]] {
            let nobody = try run(["session"] + command + ["--user", "b\u{1b}[31mb"])
            #expect(nobody.status == .code(65) && nobody.output.isEmpty, "\(command): \(nobody)")
            #expect(nobody.errors.contains("authfcgi: there is no user b?[31mb: "), "\(nobody.errors)")
        }
        #expect(try live() == "1:1 2:2")
        #expect(try psql("SELECT string_agg(user_id, ' ' ORDER BY user_id) FROM user_epochs") == "1 2")
    }

    // MARK: list, count

    @Test func `list shows the live sessions of one user, newest first`() throws {
        try signIn("42", username: "bob", label: "old")
        try signIn("42", username: "bob", label: "ended")
        try signIn("42", username: "bob")
        try signIn("43", username: "eve", label: "of another")
        try psql(
            """
            UPDATE session_tokens SET created_at = '2026-01-02 03:04:05.9+00', last_seen_at = '2026-02-02 04:04:05+01',
                expires_at = '2999-01-01 00:00:00+00', absolute_expires_at = 'infinity' WHERE label = 'old';
            UPDATE session_tokens SET revoked_at = now() WHERE label = 'ended';
            UPDATE session_tokens SET client_ip = '2001:db8::1', user_agent = E'Mozilla\\x1b[2J\\u202e' || repeat('x', 99),
                expires_at = 'infinity', absolute_expires_at = 'infinity' WHERE label IS NULL;
            """)
        let old = try psql("SELECT session_id FROM session_tokens WHERE label = 'old'")
        let new = try psql("SELECT session_id FROM session_tokens WHERE label IS NULL")
        let table = try run(["session", "list", "--user", "bob"], environment: ["PGTZ": "Asia/Tokyo"])
        let lines = table.output.split(separator: "\n").map(String.init)
        #expect(lines.count == 3 && table.status.isSuccess, "\(table)")
        #expect(lines[0].hasPrefix("ID  "))
        #expect(lines[1].hasPrefix("\(new)  ") && lines[1].contains("  infinity  "))
        #expect(lines[1].hasSuffix("  2001:db8::1  Mozilla?[2J?\(String(repeating: "x", count: 47))…"), "\(lines[1])")
        #expect(
            lines[2] == "\(old)  2026-01-02 03:04:05Z  2026-02-02 03:04:05Z  2999-01-01 00:00:00Z  -            old")

        let json = try run(["session", "list", "--user", "42", "--json"])
        #expect(
            json.output.hasSuffix(
                """
                ,{"client_ip":null,"created_at":"2026-01-02T03:04:05Z","expires_at":"2999-01-01T00:00:00Z",\
                "id":"\(old)","label":"old","last_seen_at":"2026-02-02T03:04:05Z","user_agent":null,\
                "user_id":"42","username":"bob"}]

                """), "\(json)")

        try psql("DELETE FROM session_tokens WHERE user_id = '42'")
        #expect(try run(["session", "list", "--user", "42"]).output == "There are no live sessions of user 42.\n")
        #expect(try run(["session", "list", "--user", "42", "--json"]).output == "[]\n")
    }

    @Test func `count counts live sessions and users`() throws {
        #expect(try run(["session", "count"]).output == "0 live sessions of 0 users\n")
        try signIn("42")
        #expect(try run(["session", "count"]).output == "1 live session of 1 user\n")
        try signIn("42")
        try signIn("43")
        try psql("UPDATE session_tokens SET expires_at = now() WHERE user_id = '43'")
        #expect(try run(["session", "count"]).output == "2 live sessions of 1 user\n")
        #expect(try run(["session", "count", "--json"]).output == "{\"sessions\":2,\"users\":1}\n")
    }
}
