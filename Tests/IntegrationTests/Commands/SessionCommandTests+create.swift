import Logging
import TestSupport
import Testing

@testable import Sessions

/// `authfcgi session create`.
extension SessionCommandTests {
    @Test func `create prints a token that the gate accepts, and nothing else on standard output`() throws {
        let ann = try addUser("ann")
        let created = try run(["session", "create", "--user", "ann", "--lifetime", "90d", "--label", "ci"])
        #expect(created.status.isSuccess, "\(created)")
        let token = String(created.output.dropLast())
        #expect(created.output == token + "\n" && token.utf8.count == 58)
        let row = try psql(
            """
            SELECT user_id, username, name, email, groups, label, expires_at - created_at = '90 days', session_id,
                to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SSZ') FROM session_tokens
            WHERE token_hash = session_token_hash('\(token)')
            """
        ).split(separator: "|", omittingEmptySubsequences: false)
        try #require(row.count == 9)
        #expect(row[..<7] == [ann[...], "ann", "Ann A.", "", "{staff,on-call}", "ci", "t"])
        #expect(created.complaints == "Session \(row[7]) of user ann (id \(ann)) expires at \(row[8]).\n")

        let folder = try TestFolder()
        let gate = try GateProcess(in: folder, server: server, database: database, workers: 1)
        #expect(try gate.check(token) == 200)
        #expect(try run(["session", "revoke", "--user", "ann"]).output == "Ended 1 session of user ann (id \(ann)).\n")
        #expect(try gate.check(token) == 401)
    }

    @Test func `create for an application's user takes the identity from flags`() throws {
        let mistyped = try run(["session", "create", "--user", "bakcup"])
        #expect(mistyped.status == .code(65) && mistyped.output.isEmpty, "\(mistyped)")
        #expect(mistyped.errors.contains("for a user whom the gate does not know yet, add --new-user\n"), "\(mistyped)")
        let plain = try run(
            ["session", "create", "--new-user", "--user", "backup"], environment: ["SESSION_LIFETIME": "30m"])
        #expect(plain.errors.contains(" of user backup (not known before) expires at "), "\(plain)")
        let full = try run([
            "session", "create", "--new-user", "--user", "42", "--username", "bob", "--name", "Bob \"B\"", "--email",
            "b@example.org",
            "--groups", "staff,on\\call",
        ])
        #expect(full.status.isSuccess, "\(full)")
        // The name of the existing sessions selects the same user, and the new session has the same name. A user who is
        // known by now is no error.
        #expect(try run(["session", "create", "--new-user", "--user", "backup"]).status.isSuccess)
        #expect(try run(["session", "create", "--user", "bob"]).errors.contains(" of user 42 expires at "))
        let rows = try psql(
            """
            SELECT user_id, username, name, email, groups, label, expires_at - created_at = '30 minutes'
            FROM session_tokens ORDER BY created_at
            """)
        #expect(
            rows == """
                backup|backup|||{}|command line|t
                42|bob|Bob "B"|b@example.org|{staff,"on\\\\call"}|command line|f
                backup|backup|||{}|command line|f
                42|bob|||{}|command line|f
                """)
    }

    @Test func `create refuses a lifetime that the database would shorten`() throws {
        try psql("UPDATE session_limits SET maximum_lifetime = '1 month'")
        let refused = try run(["session", "create", "--new-user", "--user", "ci", "--lifetime", "32d"])
        #expect(refused.status == .code(65) && refused.output.isEmpty, "\(refused)")
        #expect(refused.errors.contains("the lifetime 32d is longer than the maximum of 1 mon; "), "\(refused.errors)")
        #expect(try psql("SELECT count(*) FROM session_tokens") == "0")
        // The command in the message works.
        let advice = try #require(refused.errors.split(separator: "to allow it: ").last)
        try psql(String(advice))
        #expect(try run(["session", "create", "--new-user", "--user", "ci", "--lifetime", "32d"]).status.isSuccess)
        #expect(try psql("SELECT expires_at - created_at FROM session_tokens") == "32 days")
    }

    @Test func `the identity is that of the account, and a disabled user gets no session`() throws {
        let ann = try addUser("ann")
        for flag in ["--username", "--name", "--email", "--groups"] {
            let result = try run(["session", "create", "--user", "ann", flag, "x"])
            #expect(result.status == .code(65) && result.output.isEmpty, "\(flag): \(result)")
            #expect(result.errors.contains("user ann (id \(ann)) is one of the gate's own"), "\(result.errors)")
        }
        try psql("UPDATE authfcgi_users SET disabled = true")
        let disabled = try run(["session", "create", "--user", "ann"])
        #expect(disabled.status == .code(65) && disabled.output.isEmpty)
        #expect(disabled.errors == "authfcgi: user ann (id \(ann)) is disabled\n")
        #expect(try psql("SELECT count(*) FROM session_tokens") == "0")
    }

    @Test func `a user who is being disabled gets no session`() throws {
        let ann = try addUser("ann")
        let other = try PostgreSQLConnection(server.url(database: database), log: Logger(label: "test"))
        try other.script("BEGIN; UPDATE authfcgi_users SET disabled = true", deadline: .seconds(10))
        let folder = try TestFolder()
        let process = try ServerProcess(
            GateProcess.executable, ["session", "create", "--user", "ann"], environment: commandEnvironment,
            logFile: folder.path("log"))
        try eventually("the command waits for the user's row", within: .seconds(10), log: process.log) {
            try process.requireRunning()
            return try psql(
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = '\(database)' AND wait_event_type = 'Lock' AND application_name LIKE 'authfcgi % command'
                """) == "1"
        }
        try other.script("COMMIT", deadline: .seconds(10))
        #expect(try process.waitForExit() == .code(65))
        #expect(process.log == "authfcgi: user ann (id \(ann)) is disabled\n")
        #expect(try psql("SELECT count(*) FROM session_tokens") == "0")
    }
}
