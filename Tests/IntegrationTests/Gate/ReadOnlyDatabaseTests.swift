import TestSupport
import Testing

/// PostgreSQL answers and refuses changes, as when a managed service makes it read-only because its disk is full:
/// checks continue, and changes fail with the reason.
@Suite struct ReadOnlyDatabaseTests: RunsCommands {
    let server: PostgreSQLServer
    let database = "postgres"
    private let folder: TestFolder
    private static let answer = "the session store takes no changes at present; try again later"

    init() throws {
        folder = try TestFolder()
        server = try PostgreSQLServer(in: folder)
    }

    /// Changes the server's default, and ends all connections, so that new ones have it from the start.
    private func makeReadOnly(_ isReadOnly: Bool) throws {
        try psql("ALTER SYSTEM SET default_transaction_read_only = \(isReadOnly ? "on" : "off")")
        try psql("SELECT pg_reload_conf()")
        try eventually("the setting is read") {
            try psql("SHOW default_transaction_read_only") == (isReadOnly ? "on" : "off")
        }
        try server.terminateBackends(of: database)
    }

    /// Expects the results of each worker while changes fail.
    ///
    /// - Parameter account: The token of a session of ann, who is one of the gate's own users.
    private func expectChecksAlone(_ gate: GateProcess, _ token: String, _ account: String) throws {
        try gate.waitUntilEveryWorker("accepts the session") { try gate.check(token) == 200 }
        try gate.waitUntilReady()
        let bearer = [GateProcess.bearer(token)]
        let json = ("CONTENT_TYPE", "application/json")
        for _ in 0..<6 {
            #expect(try gate.check(token) == 200)
            #expect(try gate.ask("GET", "/auth/me", parameters: bearer).status == 200)
            #expect(try gate.check("afs_" + String(repeating: "A", count: 54)) == 401)
            let change = #"{"current_password":"correct horse","new_password":"correct battery staple"}"#
            let answers = try [
                gate.logIn("ann", "correct horse"), gate.logIn("nobody", "x"), gate.logOut(token),
                gate.ask("POST", "/auth/logout", parameters: bearer + [("QUERY_STRING", "all=1")]),
                gate.ask("DELETE", "/auth/sessions/00000000-0000-4000-8000-000000000000", parameters: bearer),
                gate.ask(
                    "POST", "/auth/password", parameters: [GateProcess.bearer(account), json], body: Array(change.utf8)),
            ]
            for answer in answers {
                #expect(answer.status == 503 && answer.json?["message"] == Self.answer, "\(answer)")
                #expect(answer.headers["Retry-After"] == "1")
            }
        }
    }

    @Test
    func `checks continue, even on new workers, and logins and changes are answered 503 with the reason`() throws {
        let gate = try GateProcess(in: folder, server: server)
        try gate.addUser("ann", password: "correct horse")
        let token = try gate.signIn("ann")
        let account = try #require(gate.logIn("ann", "correct horse").json?["token"])
        try makeReadOnly(true)
        try expectChecksAlone(gate, token, account)
        let line = "ERROR: PostgreSQL is read-only: cannot execute "
        // Once a minute for each worker, not for each request.
        #expect((1...4).contains(gate.lines(with: line)), "\(gate.log)")
        #expect(gate.log.contains("(SQLSTATE 25006; default_transaction_read_only is on"))
        #expect(!gate.log.contains("connection lost: cannot execute"), "\(gate.log)")
        // Checks do not depend on the lifetimes, which cannot be written.
        let late = try GateProcess(
            in: folder, name: "late", server: server, workers: 1, environment: ["SESSION_LIFETIME": "2h"])
        let warning = "setting the lifetimes of sessions made by SQL failed, retrying at the next start: cannot"
        #expect(late.log.contains(warning))
        try expectChecksAlone(late, token, account)
        _ = try late.stop()

        try makeReadOnly(false)
        try gate.waitUntilEveryWorker("accepts the session") { try gate.check(token) == 200 }
        try eventually("logins are back", log: gate.log) { try gate.logIn("ann", "correct horse").status == 200 }
        #expect(gate.log.contains("INFO: PostgreSQL accepts writes again"))
        try eventually("logouts are back", log: gate.log) { try gate.logOut(token).status == 204 }
        try gate.waitUntilEveryWorker("refuses it", within: .seconds(5)) { try gate.check(token) == 401 }
    }

    @Test func `while the disk is full a login is answered 503 with the reason, and the rest works`() throws {
        let gate = try GateProcess(in: folder, server: server, workers: 1)
        try gate.addUser("ann", password: "correct horse")
        let (token, other) = (try gate.signIn("ann"), try gate.signIn("ann"))
        // The error of PostgreSQL in that case (manual, appendix A), raised where a write would fail.
        try psql(
            """
            CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
            CREATE TRIGGER full_disk BEFORE INSERT ON session_tokens EXECUTE FUNCTION full_disk();
            """)
        for _ in 0..<3 {
            let answer = try gate.logIn("ann", "correct horse")
            #expect(answer.status == 503 && answer.json?["message"] == Self.answer, "\(answer)")
            #expect(try gate.check(token) == 200)
        }
        #expect(try gate.logOut(other).status == 204)
        #expect(try gate.logIn("ann", "correct horse").status == 503)
        let line =
            "ERROR: PostgreSQL is out of disk space: could not extend file (SQLSTATE 53100; PostgreSQL's disk is full)"
        #expect(gate.lines(with: line) == 1, "\(gate.log)")
        #expect(!gate.log.contains("takes changes again"), "\(gate.log)")
    }

    @Test func `commands that read work, and commands that write fail with the reason`() throws {
        #expect(try run(["migrate"]).status.isSuccess)
        #expect(try run(["session", "create", "--new-user", "--user", "ann"]).status.isSuccess)
        try makeReadOnly(true)
        for command in [["session", "count"], ["user", "list"], ["migrate"], ["session", "list", "--user", "ann"]] {
            let result = try run(command)
            #expect(result.status.isSuccess, "\(command): \(result)")
        }
        let changed = try run(["session", "revoke", "--all", "--yes"])
        #expect(changed.status == .code(69))
        #expect(changed.errors.contains("(SQLSTATE 25006; default_transaction_read_only is on"), "\(changed)")
    }
}
