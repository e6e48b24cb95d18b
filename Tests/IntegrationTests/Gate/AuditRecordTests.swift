import Glibc
import TestSupport
import Testing

@testable import Sessions

/// Who ended a session or changed a user, as the database and `authfcgi audit` have it.
@Suite struct AuditRecordTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String

    init() throws { (server, database) = try SharedServers.newDatabase() }

    /// Returns the rows, oldest first: the action, the id and name of the user, the numbers of users and sessions, and
    /// whether a command made the change.
    private func records() throws -> [String] {
        try psql(
            """
            SELECT concat_ws(' ', action, coalesce(user_id, '-'), coalesce(username, '-'), coalesce(users::text, 'all'),
                             coalesce(sessions::text, '-'), CASE WHEN author IS NULL THEN 'SQL' ELSE 'command' END)
              FROM authfcgi_audit ORDER BY number
            """
        ).split(separator: "\n").map(String.init)
    }

    private func command(_ arguments: String..., status: Int32 = 0) throws -> String {
        let result = try run(arguments, input: "a good password\n")
        #expect(result.status == .code(status), "\(result)")
        return result.output
    }

    @Test func `each change by a command is recorded with the name of the user and who ran it`() throws {
        _ = try command("user", "add", "bob")
        let bob = try psql("SELECT id FROM authfcgi_users")
        _ = try command("session", "create", "--user", "bob")
        _ = try command("session", "create", "--new-user", "--user", "42", "--username", "zoe")
        let session = try psql("SELECT session_id FROM session_tokens WHERE user_id = '42'")
        _ = try command("session", "refresh", "--user", "zoe", "--groups", "staff")
        _ = try command("session", "revoke", "--id", session)
        _ = try command("session", "revoke", "--id", session, status: 65)
        _ = try command("user", "passwd", "bob")
        _ = try command("user", "disable", "bob")
        _ = try command("user", "enable", "bob")
        _ = try command("user", "delete", "bob")
        _ = try command("session", "revoke", "--all", "--yes")
        #expect(
            try records() == [
                "user_add \(bob) bob 1 - command", "session_create \(bob) bob 1 1 command",
                "session_create 42 zoe 1 1 command", "session_refresh 42 zoe 1 1 command",
                "session_revoke 42 zoe 1 1 command",
                "session_revoke \(bob) bob 1 - command", "user_password \(bob) bob 1 - command",
                "session_revoke \(bob) bob 1 - command", "user_disable \(bob) bob 1 - command",
                "user_enable \(bob) bob 1 - command",
                "session_revoke \(bob) bob 1 - command", "user_delete \(bob) bob 1 - command",
                "session_revoke - - all - command",
            ])
        #expect(
            try psql("SELECT DISTINCT author LIKE '%uid \(getuid())%', role = session_user FROM authfcgi_audit")
                == "t|t")
    }

    @Test func `so is each change by SQL, and what ends by itself is not`() throws {
        try psql(
            """
            INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('1', 'ann', 'x'), ('2', 'bob', 'x');
            SELECT create_access_token(u.id, u.username) FROM authfcgi_users u, generate_series(1, 4);
            SELECT create_access_token('7', 'app');
            UPDATE session_tokens SET expires_at = now() - interval '1 hour', created_at = now() - interval '2 hours'
             WHERE user_id = '7';
            SELECT remove_expired_sessions(100);
            TRUNCATE authfcgi_audit;
            SELECT revoke_session(session_id) FROM live_sessions WHERE user_id = '1' LIMIT 1;
            UPDATE session_tokens SET revoked_at = now() WHERE user_id = '1' AND revoked_at IS NULL;
            SELECT update_user_sessions('2', groups => '{staff}');
            SELECT revoke_user_sessions('2');
            SELECT revoke_all_sessions();
            UPDATE authfcgi_users SET name = 'x', disabled = true WHERE id = '1';
            SET session_replication_role = replica;
            DELETE FROM authfcgi_users WHERE id = '2';
            RESET session_replication_role;
            SELECT create_access_token('u' || n) FROM generate_series(1, 101) n;
            DELETE FROM session_tokens;
            TRUNCATE session_tokens
            """)
        #expect(
            try records() == [
                "session_end 1 ann 1 1 SQL", "session_revoke 1 ann 1 3 SQL", "session_refresh 2 bob 1 4 SQL",
                "session_revoke 2 bob 1 - SQL", "session_revoke - - all - SQL", "user_change 1 ann 1 - SQL",
                "user_disable 1 ann 1 - SQL", "user_delete 2 bob 1 - SQL", "session_revoke - - 101 101 SQL",
                "session_revoke - - all - SQL",
            ])
    }

    @Test func `a role that may change users is recorded, and cannot read or hide it`() throws {
        let clerk = "\(database)_clerk"
        try psql(
            """
            CREATE ROLE "\(clerk)" LOGIN; GRANT USAGE ON SCHEMA public TO "\(clerk)";
            GRANT SELECT, UPDATE ON authfcgi_users TO "\(clerk)";
            INSERT INTO authfcgi_users (username, password_hash) VALUES ('ann', 'x')
            """)
        try server.psql(
            """
            SET authfcgi.author = 'gate'; SET authfcgi.audited = 'on'; SET authfcgi.rehashing = 'on';
            UPDATE authfcgi_users SET password_hash = 'y'
            """, database: database, user: clerk)
        #expect(
            try psql("SELECT action, username, role = '\(clerk)' FROM authfcgi_audit ORDER BY number DESC LIMIT 1")
                == "user_password|ann|t")
        #expect(throws: SupportError.self) {
            try server.psql("SELECT FROM authfcgi_audit", database: database, user: clerk)
        }
    }

    @Test func `what clients do at a gate is in its log and not recorded`() throws {
        let folder = try TestFolder()
        let gate = try GateProcess(in: folder, server: server, database: database, workers: 1)
        try gate.addUser("ann", password: "correct horse")
        for path in ["/auth/logout", "/auth/logout?all=1"] {
            let token = try #require(try object(gate.logIn("ann", "correct horse"))["token"]?.text)
            let query = path.split(separator: "?").dropFirst().joined()
            let answer = try gate.ask(
                "POST", "/auth/logout", parameters: [GateProcess.bearer(token), ("QUERY_STRING", query)])
            #expect(answer.status == 204)
        }
        #expect(try records().map { $0.split(separator: " ")[0] } == ["user_add"])
        #expect(try gate.log.auditLines("login").map { $0["username"] } == ["ann", "ann"])
    }

    @Test(arguments: [
        "ALTER TABLE authfcgi_audit RENAME TO gone", "DROP TABLE authfcgi_audit",
        "ALTER TABLE authfcgi_audit ADD CHECK (false) NOT VALID",
    ])
    func `an end that cannot be recorded is an end all the same`(_ obstacle: String) throws {
        try psql(
            """
            INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('1', 'ann', 'x');
            SELECT create_access_token(n::text) FROM generate_series(1, 9) n;
            \(obstacle);
            SELECT revoke_session(session_id) FROM session_tokens WHERE user_id = '2';
            SELECT revoke_user_sessions('3');
            DELETE FROM session_tokens WHERE user_id = '4';
            DELETE FROM authfcgi_users
            """)
        #expect(try psql("SELECT string_agg(user_id, ' ' ORDER BY user_id) FROM live_sessions") == "5 6 7 8 9")
        let result = try run(["session", "revoke", "--user", "5"])
        #expect(result.status.isSuccess && result.output == "Ended 1 session of user 5.\n", "\(result)")
        #expect(result.errors.contains("authfcgi_audit has no record of this change (session_revoke): "), "\(result)")
        try psql("SELECT revoke_all_sessions()")
        #expect(try psql("SELECT count(*) FROM live_sessions") == "0")
    }

    @Test func `a lock on the record keeps no end waiting`() throws {
        try psql("SELECT create_access_token('1')")
        let other = try PostgreSQLConnection(server.url(database: database), log: RecordedLog().logger)
        try other.script("BEGIN; LOCK TABLE authfcgi_audit", deadline: .seconds(10))
        let start = ContinuousClock.now
        #expect(try psql("SELECT revoke_user_sessions('1')") == "1")
        #expect(ContinuousClock.now - start < .seconds(3))
        try other.script("ROLLBACK", deadline: .seconds(10))
    }

    @Test func `records are kept for 90 days, and the last 100000 of an action`() throws {
        try psql(
            """
            INSERT INTO authfcgi_audit (action, happened_at)
            SELECT 'user_delete', now() - n * interval '1 day' FROM generate_series(95, 1, -1) n;
            INSERT INTO authfcgi_audit (action) SELECT 'session_end' FROM generate_series(1, 100003)
            """)
        #expect(try psql("SELECT remove_old_audit(4)") == "4")
        _ = try command("cleanup")
        #expect(
            try psql("SELECT action, count(*) FROM authfcgi_audit GROUP BY 1 ORDER BY 1")
                == "session_end|100000\nuser_delete|89")
    }

    @Test func `audit lists the changes, the newest first, of a user or of a session`() throws {
        #expect(try command("audit") == "There are no such changes.\n")
        try psql(
            """
            SET application_name = 'billing';
            INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('1', 'Ann', 'x'), ('2', 'bob', 'x');
            SELECT create_access_token('1', 'Ann'), create_access_token('2', 'bob')
            """)
        let session = try psql("SELECT session_id FROM session_tokens WHERE user_id = '1'")
        try psql("SET application_name = 'billing'; DELETE FROM session_tokens WHERE user_id = '1'")
        _ = try command("user", "delete", "bob")
        let all = try command("audit").split(separator: "\n").map(String.init)
        try #require(all.count == 6 && all[0].hasPrefix("TIME  "), "\(all)")
        let (deleted, ended) = (all[1], all[3])
        for part in ["  user_delete ", "  bob (id 2) ", "uid \(getuid())"] {
            #expect(deleted.contains(part), "\(deleted)")
        }
        for part in ["  session_end ", "  Ann (id 1) ", session, "  -  ", "  billing "] {
            #expect(ended.contains(part), "\(ended)")
        }
        for search in [["--user", "ann"], ["--user", "1"]] {
            let found = try run(["audit"] + search).output.split(separator: "\n").dropFirst()
            #expect(found.count == 2 && found.allSatisfy { $0.contains("Ann (id 1)") }, "\(found)")
        }
        let found = try run(["audit", "--session", session]).output.split(separator: "\n").dropFirst()
        #expect(found.count == 1 && found.allSatisfy { $0.contains("session_end") }, "\(found)")
        #expect(try command("audit", "--limit", "1").split(separator: "\n").count == 2)
        let json = try command("audit", "--user", "bob", "--limit", "1", "--json")
        #expect(json.hasPrefix(#"[{"action":"user_delete","application":"authfcgi"#), "\(json)")
        #expect(
            json.contains(#""session_ids":[],"sessions":null,"#)
                && json.contains(#""user_id":"2","username":"bob","users":1}]"#))
    }
}
