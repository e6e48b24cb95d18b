import FoundationEssentials
import TestSupport
import Testing

/// `authfcgi user list`.
@Suite struct UserListTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String

    init() throws {
        (server, database) = try SharedServers.newDatabase()
    }

    @Test func `the table shows each user with the live sessions`() throws {
        #expect(try run(["user", "list"]).output == "There are no users.\n")
        try psql(
            """
            INSERT INTO authfcgi_users (id, username, password_hash, name, email, groups, disabled, created_at) VALUES
                ('2', 'bob', 'secret-hash', 'Bob B.', 'bob@example.org', '{staff,on-call}', false, '2026-01-02 03:04:05+01'),
                ('1', 'ann', 'secret-hash', '', E'ann\\x1b[2J@x', '{}', true, '2026-01-02 03:04:05+00');
            SELECT create_access_token('2'), create_access_token('2'), create_access_token('2', label => 'ci');
            UPDATE session_tokens SET created_at = '2026-03-04 05:06:07+00' WHERE label IS NULL;
            UPDATE session_tokens SET created_at = '2026-01-01' WHERE ctid = (SELECT min(ctid) FROM session_tokens);
            INSERT INTO session_tokens (token_hash, user_id, expires_at, absolute_expires_at)
                VALUES (sha256('x'), '2', now() - interval '1 s', now())
            """)
        let result = try run(["user", "list"], environment: ["PGTZ": "Asia/Tokyo"])
        #expect(result.status.isSuccess && result.errors.isEmpty)
        #expect(
            result.output == """
                NAME  ID  STATE     CREATED               SESSIONS  LAST LOGIN            GROUPS         E-MAIL
                ann   1   disabled  2026-01-02 03:04:05Z  0         -                     -              ann?[2J@x
                bob   2   enabled   2026-01-02 02:04:05Z  3         2026-03-04 05:06:07Z  staff,on-call  bob@example.org

                """, "\(result.output)")
    }

    @Test func `JSON has every key of every user, and no password's hash`() throws {
        #expect(try run(["user", "list", "--json"]).output == "[]\n")
        try psql(
            """
            INSERT INTO authfcgi_users (id, username, password_hash, name, email, groups, disabled, created_at) VALUES
                ('1', 'a"nn', 'secret-hash', '', '', '{}', true, '2026-01-02 03:04:05+00'),
                ('2', 'bob', 'secret-hash', 'Bob', 'bob@x', '{"a,b",c}', false, '2026-01-02 03:04:05+00');
            SELECT create_access_token('2');
            UPDATE session_tokens SET created_at = '2026-03-04 05:06:07+00'
            """)
        #expect(
            try run(["user", "list", "--json"]).output == """
                [{"created_at":"2026-01-02T03:04:05Z","disabled":true,"email":"","groups":[],"id":"1",\
                "last_login_at":null,"name":"","sessions":0,"username":"a\\"nn"},\
                {"created_at":"2026-01-02T03:04:05Z","disabled":false,"email":"bob@x","groups":["a,b","c"],"id":"2",\
                "last_login_at":"2026-03-04T05:06:07Z","name":"Bob","sessions":1,"username":"bob"}]

                """)
    }

    /// Numbers at the limit of the batches, one less and one more, and a very large one.
    @Test(arguments: [999, 1000, 1001, 100_000])
    func `any number of users is listed, each once`(count: Int) throws {
        try psql(
            """
            INSERT INTO authfcgi_users (username, password_hash)
            SELECT CASE i % 3 WHEN 0 THEN 'Üser-' WHEN 1 THEN 'user ' ELSE 'USER_' END || i, 'x'
            FROM generate_series(1, \(count)) i;
            SELECT count(create_access_token(id)) FROM (SELECT id FROM authfcgi_users ORDER BY username_key LIMIT 500) u
            """)
        let clock = ContinuousClock()
        let begin = clock.now
        let json = try run(["user", "list", "--json"])
        #expect(clock.now - begin < .seconds(20))
        struct User: Decodable {
            let id: String
            let username: String
            let sessions: Int
        }
        let users = try JSONDecoder().decode([User].self, from: Data(json.output.utf8))
        #expect(users.count == count && Set(users.map(\.id)).count == count)
        #expect(users.reduce(0) { $0 + $1.sessions } == 500)
        #expect(users.prefix(500).allSatisfy { $0.sessions == 1 })

        let lines = try run(["user", "list"]).output.split(separator: "\n")
        #expect(lines.count == count + 1)
        #expect(lines.count { $0.hasPrefix("NAME ") } == 1)
    }
}
