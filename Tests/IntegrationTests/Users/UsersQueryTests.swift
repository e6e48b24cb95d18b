import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// The results of a users query, and its mistakes.
@Suite struct UsersQueryTests {
    @Test func `a user has the values of the columns, with all digits, and the typed name`()
        async throws
    {
        let pod = try await ForeignUsers.plain().store(
            "SELECT id, password_hash, groups FROM people WHERE username = $1;\n")
        let user = try #require(try await pod.store.user(named: "ann"))
        #expect(
            user.identity == Identity(userID: "9007199254740993", username: "ann", groups: ["staff", "a, b"]))
        #expect(user.passwordHash == "x")
        #expect(try await pod.store.user(named: "bob") == nil)
    }

    @Test(arguments: [
        "o'hara", "\"; DROP TABLE people; --", "$1", "\\", "jürgen", "王", "👩‍👩‍👧", "' OR '1'='1", "%", " ann", "a\nb",
        String(repeating: "n", count: 256),
    ])
    func `any username finds only its own user`(_ name: String) async throws {
        let users = try ForeignUsers.plain()
        let pod = try await users.store()
        #expect(try await pod.store.user(named: name) == nil)
        let hex = name.utf8.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
        try users.database.psql(
            "INSERT INTO people VALUES (7, convert_from('\\x\(hex)', 'UTF8'), 'y', NULL) -- \(hex)")
        let user = try #require(try await pod.store.user(named: name))
        #expect(user.identity == Identity(userID: "7", username: name))
        #expect(try users.database.psql("SELECT count(*) FROM people") == "2")
    }

    @Test func `a username with a NUL finds no user`() async throws {
        let pod = try await ForeignUsers.plain().store()
        await #expect(throws: SessionStoreError.self) { try await pod.store.user(named: "ann\0") }
        #expect(try await pod.store.user(named: "ann") != nil)
    }

    @Test(arguments: [
        ("NULL", []), ("'{}'::text[]", []), ("ARRAY['a', NULL, '', 'b c']", ["a", "b c"]),
        ("'a, b ,,c '", ["a", "b", "c"]),
        ("''", []), ("'[\"a\", \"b,c\", null]'", ["a", "b,c"]), ("'[\"x\", 1]'::jsonb", ["x", "1"]),
        ("'[a'", ["[a"]), ("42", ["42"]), ("ARRAY[7, 8]", ["7", "8"]),
    ])
    func `groups may be an array, a comma-separated list or JSON`(groups: String, expected: [String]) async throws {
        let pod = try await ForeignUsers.plain()
            .store("SELECT id, password_hash, \(groups) AS groups FROM people WHERE username = $1")
        #expect(try await pod.store.user(named: "ann")?.identity.groups == expected)
    }

    @Test(arguments: [
        ("NULL::boolean", false), ("false", false), ("0", false), ("'no'", false), ("''", false), ("true", true),
        ("1", true), ("'Y'", true), ("now()", true), ("'blocked'", true),
    ])
    func `a disabled user cannot sign in`(disabled: String, isNobody: Bool) async throws {
        let pod = try await ForeignUsers.plain()
            .store("SELECT id, password_hash, \(disabled) AS disabled FROM people WHERE username = $1")
        #expect(try await (pod.store.user(named: "ann") == nil) == isNobody)
    }

    @Test(arguments: ["NULL::text", "7", "true", "''"])
    func `a user without a hash has no password`(hash: String) async throws {
        let pod = try await ForeignUsers.plain()
            .store("SELECT id, \(hash) AS password_hash FROM people WHERE username = $1")
        #expect(try await pod.store.user(named: "ann")?.passwordHash == "")
    }

    @Test(arguments: [
        ("SELECT 1 AS id, 'x' AS password_hash FROM generate_series(1, 3) WHERE $1 <> ''", "returned several rows"),
        ("SELECT NULL::text AS id, 'x' AS password_hash WHERE $1 <> ''", "id is no text"),
        ("SELECT true AS id, 'x' AS password_hash WHERE $1 <> ''", "id is no text"),
        ("SELECT '' AS id, 'x' AS password_hash WHERE $1 <> ''", "id is empty"),
        ("SELECT repeat('i', 256) AS id, 'x' AS password_hash WHERE $1 <> ''", "longer than 255 bytes"),
        ("SELECT 1 AS id, 'x' AS password_hash, true AS groups WHERE $1 <> ''", "returned groups"),
        ("SELECT 1 AS id, 'x' AS password_hash WHERE ($1::text)::integer = 1", "SQLSTATE 22P02"),
        ("SELECT 1 / (length($1) - 7) AS id, 'x' AS password_hash", "SQLSTATE 22012"),
    ])
    func `an invalid row is logged once, without the typed name`(sql: String, what: String) async throws {
        let pod = try await ForeignUsers.plain().store(sql)
        for _ in 0..<3 {
            await #expect(throws: SessionStoreError.self) { try await pod.store.user(named: "hunter2") }
        }
        let lines = pod.log.text.split(separator: "\n").filter { $0.contains("USERS_QUERY") }
        #expect(lines.count == 1 && lines[0].hasPrefix("error:") && lines[0].contains(what), "\(pod.log.text)")
        #expect(!pod.log.text.contains("hunter2"))
    }

    @Test func `a query that fails later affects only logins, and recovers`() async throws {
        let users = try ForeignUsers.plain()
        let pod = try await users.store()
        try users.database.psql("ALTER TABLE people RENAME TO folk")
        for _ in 0..<5 { await #expect(throws: SessionStoreError.self) { try await pod.store.user(named: "ann") } }
        let (token, _) = try await pod.signIn()
        #expect(try await pod.store.session(for: token) != nil)
        try users.database.psql("ALTER TABLE folk RENAME TO people")
        for _ in 0..<2 { #expect(try await pod.store.user(named: "ann") != nil) }
        let lines = pod.log.text.split(separator: "\n").filter { $0.contains("USERS_QUERY") }
        #expect(lines.count == 2, "\(pod.log.text)")
        #expect(lines[0].contains("relation \"people\" does not exist"))
        #expect(lines[1] == "info: USERS_QUERY works again")
    }

    @Test(arguments: ["password_hash", "disabled"])
    func `a column that is missing later is a failure, not an empty value`(column: String) async throws {
        let users = try ForeignUsers.plain()
        try users.database.psql("ALTER TABLE people ADD COLUMN disabled boolean NOT NULL DEFAULT false")
        let pod = try await users.store("SELECT * FROM people WHERE username = $1")
        #expect(try await pod.store.user(named: "ann") != nil)
        try users.database.psql("ALTER TABLE people RENAME COLUMN \(column) TO something_else")
        await #expect(throws: SessionStoreError.self) { try await pod.store.user(named: "ann") }
        #expect(pod.log.text.contains("USERS_QUERY returns no column \(column) any more"), "\(pod.log.text)")
        try users.database.psql("ALTER TABLE people RENAME COLUMN something_else TO \(column)")
        #expect(try await pod.store.user(named: "ann") != nil)
    }

    @Test func `a slow query delays no check, no other login and no logout`() async throws {
        let users = try ForeignUsers.plain()
        let pod = try await users.store(
            "SELECT id, password_hash FROM people, pg_sleep(60) WHERE username = $1", deadline: .seconds(10))
        let login = Task { try await pod.store.user(named: "ann") }
        func sleeping() throws -> Bool {
            try users.database.psql(
                """
                SELECT count(*) FROM pg_stat_activity WHERE datname = '\(users.database.name)'
                AND wait_event = 'PgSleep' AND state = 'active'
                """) == "1"
        }
        try eventually("the query runs") { try sleeping() }
        for _ in 0..<20 {
            let (token, _) = try await pod.signIn()
            #expect(try await pod.store.session(for: token) != nil)
            try await pod.store.revoke(token)
            #expect(try await pod.store.session(for: token) == nil)
        }
        #expect(try sleeping())
        await #expect(throws: SessionStoreError.self) { try await login.value }
        // The server has the same limit, and may reach it first.
        let reasons = ["no answer within the deadline", "canceling statement due to statement timeout"]
        #expect(reasons.contains { pod.log.text.contains("USERS_QUERY failed: \($0)") }, "\(pod.log.text)")
        try eventually("the server gives it up") { try !sleeping() }
    }

    @Test func `a query cannot change anything, even by a function`() async throws {
        let users = try ForeignUsers.plain()
        try users.database.psql(
            """
            CREATE TABLE notes (name text);
            CREATE FUNCTION noted(name text) RETURNS text LANGUAGE sql
            AS 'INSERT INTO notes VALUES (name) RETURNING notes.name'
            """)
        let pod = try await users.store("SELECT id, password_hash FROM people WHERE username = noted($1)")
        await #expect(throws: SessionStoreError.self) { try await pod.store.user(named: "ann") }
        #expect(pod.log.text.contains("it writes, and is run read-only"))
        #expect(try users.database.psql("SELECT count(*) FROM notes") == "0")
    }

    @Test(arguments: ["SELECT revoke_user_sessions('9007199254740993')", "SELECT revoke_all_sessions()"])
    func `a login that read the user before a revocation of all sessions creates none`(sql: String) async throws {
        let users = try ForeignUsers.plain()
        let pod = try await users.store()
        let user = try #require(try await pod.store.user(named: "ann"))
        #expect(try await pod.store.createAccessToken(for: user, origin: SessionOrigin()) != nil)
        try users.database.psql(sql)
        #expect(try await pod.store.createAccessToken(for: user, origin: SessionOrigin()) == nil)
        let again = try #require(try await pod.store.user(named: "ann"))
        #expect(try await pod.store.createAccessToken(for: again, origin: SessionOrigin()) != nil)
    }
}
