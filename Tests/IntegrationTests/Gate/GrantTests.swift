import TestSupport
import Testing

@testable import Sessions

/// A gate whose role does not own the tables, as beside a Job that migrates.
@Suite struct GrantTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String
    private let folder: TestFolder
    private var role: String { "\(database) gate" }
    private var environment: [String: String] {
        [
            "DATABASE_URL": server.url(user: role.replacing(" ", with: "%20"), database: database),
            "MIGRATE_ON_START": "off",
        ]
    }

    init() throws {
        (server, database) = try SharedServers.emptyDatabase()
        folder = try TestFolder()
        // The default of PostgreSQL 15 and newer.
        try psql("CREATE ROLE \"\(role)\" LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    }

    @Test func `a role without rights is told so, and works once the rights are granted`() throws {
        #expect(try run(["migrate"]).status.isSuccess)
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1,
            environment: environment.merging(["SESSIONS_PER_USER": "2", "SESSION_CLEANUP_INTERVAL": "1s"]) { $1 },
            waits: false)
        let advice = "the role postgres runs authfcgi migrate --grant-to '\(role)'; retrying"
        try gate.waitForLog(containing: advice)
        let listen = ["LISTEN": "unix:\(gate.socketPath)"]
        #expect(try run(["healthcheck"], environment: listen).status == .code(1))

        let granted = try run(["migrate", "--grant-to", role])
        #expect(
            granted.status.isSuccess && granted.output.hasSuffix("The role \(role) may use the tables.\n"),
            "\(granted)")
        try gate.waitUntilReady()

        try gate.addUser("ann", password: "battery staple")
        let first = try #require(try object(gate.logIn("ann", "battery staple"))["token"]?.text)
        #expect(try gate.check(first) == 200)
        #expect(try gate.logIn("ann", "no").status == 401)
        #expect(try gate.ask("GET", "/auth/sessions", parameters: [GateProcess.bearer(first)]).status == 200)
        let change = #"{"current_password":"battery staple","new_password":"correct horse battery"}"#
        let changed = try gate.ask(
            "POST", "/auth/password", parameters: [GateProcess.bearer(first), ("CONTENT_TYPE", "application/json")],
            body: Array(change.utf8))
        #expect(changed.status == 204, "\(changed)")
        // The limit of sessions ends the oldest one.
        for _ in 0..<2 { #expect(try gate.logIn("ann", "correct horse battery").status == 200) }
        #expect(try gate.check(first) == 401)
        // A link for a new password, from the command to its use.
        let link = try run(["user", "reset", "ann"], environment: environment)
        let code = String(link.output.split(separator: "=").last?.dropLast() ?? "")
        #expect(try gate.load("/auth/reset", query: "code=\(code)").status == 200, "\(link)")
        let password = "correct horse battery"
        let fields = [("code", code), ("new_password", password), ("repeated_password", password)]
        #expect(try gate.submitForm("/auth/reset", fields).status == 303)
        let last = try #require(try object(gate.logIn("ann", "correct horse battery"))["token"]?.text)
        #expect(try gate.logOut(last).status == 204)

        for command in [
            ["session", "list", "--user", "ann"], ["session", "count"],
            ["session", "create", "--new-user", "--user", "backup"],
            ["session", "refresh", "--user", "ann", "--groups", "staff"], ["session", "revoke", "--user", "ann"],
            ["session", "revoke", "--all", "--yes"], ["cleanup"], ["user", "list"], ["user", "show", "ann"],
            ["user", "change", "ann", "--username", "eve", "--name", "E", "--email", "e@x", "--groups", "a"],
            ["session", "list"], ["user", "disable", "eve"],
            ["user", "delete", "eve"], ["audit", "--user", "ann"], ["config", "check"],
        ] {
            let result = try run(command, environment: environment)
            #expect(result.status.isSuccess, "\(command): \(result)")
        }
        _ = try gate.stop()
        let restored = "connection for checks: PostgreSQL connection restored"
        let afterwards = try #require(gate.log.split(separator: restored).dropFirst().last)
        #expect(!afterwards.contains("42501"), "\(gate.log)")
    }

    @Test func `any number of processes may grant at once`() throws {
        #expect(try run(["migrate"]).status.isSuccess)
        let script = """
            for number in 1 2 3 4 5 6; do
                "$0" migrate --grant-to "$1" &
                processes+=("$!")
            done
            for process in "${processes[@]}"; do wait "$process" || exit; done
            """
        for _ in 0..<3 {
            let result = try ServerProcess.run(
                "/bin/bash", ["-c", script, GateProcess.executable, role],
                environment: ["DATABASE_URL": server.url(database: database)])
            #expect(result.status.isSuccess, "\(result)")
        }
    }

    @Test func `a role that may not grant is told so`() throws {
        #expect(try run(["migrate", "--grant-to", role]).status.isSuccess)
        try psql("CREATE ROLE \"\(role) two\"")
        let result = try run(["migrate", "--grant-to", "\(role) two"], environment: environment)
        #expect(!result.status.isSuccess && result.output.contains("may use the tables") == false, "\(result)")
        #expect(result.errors.contains("permission denied"), "\(result)")
    }

    @Test func `all functions are granted except internal and administrative ones`() throws {
        #expect(try run(["migrate", "--grant-to", role]).status.isSuccess)
        let refused = try psql(
            """
            SELECT string_agg(proname, ' ' ORDER BY proname) FROM pg_proc
             WHERE pronamespace = 'public'::regnamespace AND NOT has_function_privilege('\(role)', oid, 'EXECUTE')
            """)
        #expect(
            refused == """
                announce_revocations authfcgi_state_announce authfcgi_unwatch_users authfcgi_users_audit authfcgi_users_end_sessions authfcgi_watch_users \
                authfcgi_watched_users_end_sessions authfcgi_watched_users_find count_ended_sessions count_sessions_ended_since \
                end_user_sessions is_audited is_login_device keep_epochs lock_login_throttle lock_session_cleanup login_throttle_hash login_throttle_next \
                login_throttle_recent login_throttle_until may_listen_for_revocations record_audit redis_seal_key_bytes \
                require_identity require_read_committed require_session_cleanup require_user_id \
                rotate_session_key session_idle_grace session_random_bytes session_tokens_announce \
                session_tokens_keep_ended tidy_ended_sessions user_epochs_announce user_epochs_end_kept
                """)
    }

    @Test func `the rights on tables are those that the gate uses, and no others`() throws {
        #expect(try run(["migrate", "--grant-to", role]).status.isSuccess)
        let rights = try psql(
            """
            WITH rights AS (
                SELECT c.relname, x.privilege_type, NULL::text AS columns
                  FROM pg_class c, aclexplode(c.relacl) x WHERE x.grantee = '\"\(role)\"'::regrole
                 UNION ALL
                SELECT c.relname, x.privilege_type, string_agg(a.attname, ' ' ORDER BY a.attname)
                  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) x
                 WHERE x.grantee = '\"\(role)\"'::regrole GROUP BY 1, 2)
            SELECT relname, string_agg(concat(privilege_type, ' (' || columns || ')'), ', ' ORDER BY privilege_type)
              FROM rights GROUP BY relname ORDER BY relname COLLATE "C"
            """)
        #expect(
            rights == """
                authfcgi_audit|SELECT
                authfcgi_migrations|SELECT
                authfcgi_state|SELECT, UPDATE (users_compared_at)
                authfcgi_users|DELETE, INSERT (email groups name password_hash username), SELECT, \
                UPDATE (disabled email groups name password_hash updated_at username)
                hashing_costs|DELETE, INSERT, SELECT, UPDATE
                live_sessions|SELECT
                recent_hashing_costs|SELECT
                session_keys|SELECT
                session_limits|SELECT
                session_tokens|SELECT
                user_epochs|SELECT (ended_before epoch kept_hash user_id)
                """)
        // Statements that no command and no login above has used.
        let gate = try PostgreSQLConnection(environment["DATABASE_URL"] ?? "", log: RecordedLog().logger)
        let (schema, deadline) = (Schema(nil), Duration.seconds(5))
        _ = try gate.run(ClaimUserSweep(interval: .seconds(1)), in: schema, deadline: deadline)
        try gate.run(ResignUserSweep(), in: schema, deadline: deadline)
        let cost = HashingCost(bytes: 1, time: .seconds(1), timePerByte: .seconds(1))
        try gate.run(NoteHighestHashingCost(cost: cost), in: schema, deadline: deadline)
        for secret in [
            "SELECT key FROM login_throttle_secret", "SELECT * FROM login_throttle", "DELETE FROM login_throttle",
            "SELECT FROM login_devices", "UPDATE login_devices SET ended_before = 0",
            "UPDATE user_epochs SET kept_hash = NULL", "SELECT FROM user_epochs FOR KEY SHARE",
            "UPDATE authfcgi_state SET ended_before = 0", "SELECT FROM session_cleanup FOR UPDATE",
            "UPDATE session_limits SET maximum_lifetime = '10 years'",
            "DELETE FROM session_tokens", "UPDATE live_sessions SET user_id = 'eve'", "DELETE FROM session_keys",
            "SELECT channel FROM session_channel", "UPDATE session_channel SET queue_limit = 0",
            "DELETE FROM authfcgi_audit", "INSERT INTO authfcgi_audit (action) VALUES ('x')",
            "SELECT FROM authfcgi_password_resets", "DELETE FROM authfcgi_password_resets",
            "INSERT INTO authfcgi_password_resets (user_id, code_hash, expires_at) VALUES ('1', sha256('x'), now())",
            "UPDATE authfcgi_password_resets SET used_at = NULL",
            "DELETE FROM unannounced_revocations", "SELECT key FROM redis_seal_keys", "DELETE FROM redis_seal_keys",
        ] {
            let error = #expect(throws: PostgreSQLError.self) { try gate.script(secret, deadline: .seconds(5)) }
            #expect(error?.reason.contains("42501") == true, "\(secret): \(String(describing: error))")
        }
    }

    @Test func `a role that may not change the limits works with the present ones`() throws {
        #expect(try run(["migrate", "--grant-to", role]).status.isSuccess)
        let result = try run(["migrate"], environment: environment.merging(["SESSION_LIFETIME": "2h"]) { $1 })
        #expect(result.status.isSuccess && result.output.hasPrefix("The tables are up to date"), "\(result)")
        #expect(result.errors.contains("setting the lifetimes of sessions made by SQL needs the tables' owner: "))
        #expect(try psql("SELECT default_lifetime FROM session_limits") == "24:00:00")
    }

    /// Words that GRANT would accept for every role, or for a role of the connection.
    @Test(arguments: [
        "public", "PUBLIC", "Public", "\"public\"", "none", "NONE", "current_user", "CURRENT_USER", "current_role",
        "session_user", "user", "", " public", "public ", "pub\u{1b}[31mlic",
    ])
    func `a word that is no role is refused, and nothing is changed`(word: String) throws {
        let result = try run(["migrate", "--grant-to", word])
        #expect(result.status == .code(65) && result.output == "", "\(result)")
        #expect(result.errors.hasPrefix("authfcgi: ") && !result.errors.contains("\u{1b}"), "\(result)")
        let isPublic = word.lowercased() == "public"
        #expect(
            result.errors.contains(
                isPublic ? "PUBLIC is every role of the server" : "there is no role \(word.prefix(3))"),
            "\(result)")
        #expect(try psql("SELECT count(*) FROM pg_class WHERE relname = 'session_tokens'") == "0")
        // Also not if the tables exist.
        #expect(try run(["migrate"]).status.isSuccess)
        let rights = "SELECT string_agg(relacl::text, ' ' ORDER BY oid) FROM pg_class WHERE relacl IS NOT NULL"
        let before = try psql(rights)
        #expect(try run(["migrate", "--grant-to", word]).status == .code(65))
        #expect(try psql(rights) == before)
    }

    @Test func `a missing role, and a role that may not grant, are reported`() throws {
        let unknown = try run(["migrate", "--grant-to", "nobody at all"])
        #expect(unknown.status == .code(65), "\(unknown)")
        #expect(unknown.errors.contains("there is no role nobody at all in pg_roles"), "\(unknown)")
        let foreign = try run(["migrate", "--grant-to", role], environment: environment)
        let advice = "run, as its owner, GRANT CREATE ON SCHEMA \"public\" TO \"\(role)\""
        #expect(foreign.status == .code(78) && foreign.errors.contains(advice), "\(foreign)")
    }
}
