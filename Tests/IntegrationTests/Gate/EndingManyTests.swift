import TestSupport
import Testing

/// The ends of all sessions of a user who has made a hundred thousand: they take no longer than the end of one, since what
/// must succeed for security does not depend on what there is to end. They are timed, so nothing runs beside them.
@Suite struct EndingManyTests {
    private static let sessions = 100_000
    /// Most of it is the start of a command and the hashes of passwords.
    private static let timeLimit = Duration.seconds(2)

    private let gates: TwoGates
    private let userID: String

    init() throws {
        gates = try TwoGates(environment: ["SESSION_CLEANUP_INTERVAL": "off"], users: ["mallory", "ann"])
        userID = try gates.psql("SELECT id FROM authfcgi_users WHERE username = 'mallory'")
        // As that many logins without a limit have made them.
        try gates.psql(
            """
            UPDATE session_limits SET maximum_sessions = 1000000;
            INSERT INTO user_epochs (user_id) VALUES (\(GateProcess.quoted(userID))) ON CONFLICT DO NOTHING;
            ALTER TABLE session_tokens DISABLE TRIGGER session_tokens_keep_ended_insert;
            INSERT INTO session_tokens (token_hash, user_id, username, expires_at, absolute_expires_at,
                                        user_epoch, general_epoch)
            SELECT sha256(convert_to(i::text, 'UTF8')), \(GateProcess.quoted(userID)), 'mallory',
                   now() + interval '1 hour', now() + interval '1 hour', 0, 0
            FROM generate_series(1, \(Self.sessions)) i;
            ALTER TABLE session_tokens ENABLE ALWAYS TRIGGER session_tokens_keep_ended_insert
            """)
    }

    private var liveCount: String {
        get throws {
            try gates.psql("SELECT count(*) FROM live_sessions WHERE user_id = \(GateProcess.quoted(userID))")
        }
    }

    private func timed(_ what: String, _ work: () throws -> Void) throws {
        let start = ContinuousClock.now
        try work()
        let time = ContinuousClock.now - start
        #expect(time < Self.timeLimit, "\(what) took \(time)")
    }

    /// Tokens of mallory and of ann that both gates keep in memory.
    private func warmTokens() throws -> (mallory: [String], ann: String) {
        let tokens = try (mallory: [gates.one.signIn(userID), gates.one.signIn(userID)], ann: gates.logIn("ann"))
        for token in tokens.mallory + [tokens.ann] { try gates.warm(token) }
        return tokens
    }

    @Test(arguments: ["all", "others", "password"])
    func `a user's own request ends a hundred thousand sessions`(request: String) throws {
        let tokens = try warmTokens()
        let mine = tokens.mallory[0]
        try timed(request) {
            let answer =
                request == "password"
                ? try gates.one.ask(
                    "POST", "/auth/password",
                    parameters: [("CONTENT_TYPE", "application/json"), GateProcess.bearer(mine)],
                    body: Array(
                        #"{"current_password":"\#(TwoGates.password)","new_password":"another battery horse"}"#.utf8))
                : try gates.one.ask(
                    "POST", "/auth/logout", parameters: [("QUERY_STRING", "\(request)=1"), GateProcess.bearer(mine)])
            #expect(answer.status == 204, "\(answer)")
        }
        try gates.expectEnded(tokens.mallory[1], by: gates.one)
        if request == "all" {
            try gates.expectEnded(mine, by: gates.one)
        } else {
            try gates.warm(mine)
        }
        try gates.warm(tokens.ann)
        #expect(try liveCount == (request == "all" ? "0" : "1"))
        let ended = try gates.one.logIn("mallory", request == "password" ? "another battery horse" : TwoGates.password)
        #expect(ended.status == 200)
    }

    @Test(arguments: [
        ["user", "disable", "mallory"], ["user", "passwd", "mallory"], ["user", "delete", "mallory"],
        ["session", "revoke", "--user", "mallory"], ["session", "revoke", "--all", "--yes"],
    ])
    func `a command ends a hundred thousand sessions`(command: [String]) throws {
        let tokens = try warmTokens()
        try timed("\(command)") {
            let result = try ServerProcess.run(
                GateProcess.executable, command,
                environment: ["DATABASE_URL": gates.server.url(database: gates.database)],
                input: "another battery horse\n")
            #expect(result.status.isSuccess, "\(result)")
            // Counting ends after half a second.
            let ended = result.output.firstMatch(of: /nded (\d+) sessions/).flatMap { Int($0.1) }
            #expect((1000...Self.sessions + 3).contains(ended ?? 0), "\(result)")
        }
        let ended = ContinuousClock.now
        for token in tokens.mallory {
            for gate in [gates.one, gates.two] { try gate.expectRefusal(of: token, endedAt: ended) }
        }
        if !command.contains("--all") { try gates.warm(tokens.ann) }
        #expect(try liveCount == "0")
    }

    @Test func `lists of a hundred thousand sessions delay no login of others`() throws {
        let token = try gates.one.signIn(userID)
        let lists = CheckLoad(threads: 8) { _ in
            try gates.one.ask("GET", "/auth/sessions", parameters: [GateProcess.bearer(token)]).status
        }
        try lists.waitForAnswers(50)
        for _ in 0..<3 { try timed("a login beside lists") { _ = try gates.logIn("ann") } }
        let report = lists.stop()
        #expect(report.statuses.keys.allSatisfy { $0 == 200 } && report.failures.isEmpty, "\(report)")
    }

    @Test func `the rows that are left are removed by cleanup`() throws {
        let quoted = GateProcess.quoted(userID)
        try gates.psql("SELECT revoke_user_sessions(\(quoted))")
        // A thousand are marked at once, or as many as can be in half a second.
        let left = try #require(Int(try gates.liveCount(of: userID)))
        #expect(left >= Self.sessions - 1000 && left < Self.sessions)
        let result = try ServerProcess.run(
            GateProcess.executable, ["cleanup"],
            environment: ["DATABASE_URL": gates.server.url(database: gates.database)])
        #expect(result.output == "Removed \(Self.sessions) expired sessions; 0 live sessions remain.\n", "\(result)")
        #expect(try gates.liveCount(of: userID) == "0")
    }
}
