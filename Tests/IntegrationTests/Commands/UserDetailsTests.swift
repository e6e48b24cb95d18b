import TestSupport
import Testing

/// `authfcgi user show` and `authfcgi user change`: the output, and the effect on the account and on live sessions.
@Suite(.leavesCleanLogs) struct UserDetailsTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String

    init() throws { (server, database) = try SharedServers.newDatabase() }

    /// Adds a user who cannot log in, and returns the id.
    @discardableResult
    private func addUser(_ name: String) throws -> String {
        try psql(
            """
            INSERT INTO authfcgi_users (username, password_hash, name, email, groups, created_at)
            VALUES ('\(name)', 'none', 'Ann A.', 'ann@example.org', '{staff}', '2026-01-02 03:04:05+00') RETURNING id
            """)
    }

    private func change(_ arguments: String...) throws -> CommandResult { try run(["user", "change"] + arguments) }

    private func account(_ id: String) throws -> String {
        try psql("SELECT username, name, email, groups FROM authfcgi_users WHERE id = '\(id)'")
    }

    // MARK: show

    @Test func `show prints the account, by name or by id`() throws {
        let id = try addUser("ann")
        try addUser("bob")
        try psql(
            """
            SELECT create_access_token('\(id)'), create_access_token('\(id)', label => 'ci');
            UPDATE session_tokens SET created_at = '2026-03-04 05:06:07+00'
            """)
        for name in ["ann", id] {
            let shown = try run(["user", "show", name], environment: ["PGTZ": "Asia/Tokyo"])
            #expect(shown.status.isSuccess && shown.errors.isEmpty, "\(shown)")
            #expect(
                shown.output == """
                    name           ann
                    id             \(id)
                    state          enabled
                    display name   Ann A.
                    e-mail         ann@example.org
                    groups         staff
                    created        2026-01-02 03:04:05Z
                    live sessions  2
                    last login     2026-03-04 05:06:07Z

                    """)
        }
        #expect(
            try run(["user", "show", "ann", "--json"]).output == """
                {"created_at":"2026-01-02T03:04:05Z","disabled":false,"email":"ann@example.org","groups":["staff"],\
                "id":"\(id)","last_login_at":"2026-03-04T05:06:07Z","name":"Ann A.","sessions":2,"username":"ann"}

                """)
    }

    @Test func `show prints no control characters, and says who is unknown or another application's`() throws {
        try psql(
            """
            INSERT INTO authfcgi_users (id, username, password_hash, disabled, name)
                VALUES ('1', 'zoe', 'none', true, E'a\\x1b[2Jb\\u202e');
            SELECT create_access_token('42')
            """)
        let shown = try run(["user", "show", "1"])
        #expect(
            shown.output.hasPrefix("name           zoe\nid             1\nstate          disabled\n"), "\(shown)")
        #expect(shown.output.contains("\ndisplay name   a?[2Jb?\ne-mail         -\ngroups         -\n"))
        #expect(shown.output.hasSuffix("\nlive sessions  0\nlast login     -\n"))
        let nobody = try run(["user", "show", "nobody"])
        #expect(nobody.status == .code(65) && nobody.errors.hasPrefix("authfcgi: there is no user nobody: "))
        let foreign = try run(["user", "show", "42"])
        #expect(foreign.status == .code(65))
        #expect(foreign.errors == "authfcgi: user 42 is not one of the gate's own users\n")
    }

    // MARK: change

    @Test func `change changes what is given, and keeps the rest`() throws {
        let id = try addUser("ann")
        let other = try addUser("bob")
        #expect(try change("ann", "--name", "Ann B.").output == "Changed user ann (id \(id)) and 0 live sessions.\n")
        #expect(try account(id) == "ann|Ann B.|ann@example.org|{staff}")
        #expect(try change(id, "--groups", "a b,c\"d").status.isSuccess)
        #expect(try account(id) == "ann|Ann B.|ann@example.org|{\"a b\",\"c\\\"d\"}")
        #expect(try change("ann", "--email", "", "--groups", "").status.isSuccess)
        #expect(try account(id) == "ann|Ann B.||{}")
        #expect(
            try change("ann", "--username", "anna", "--name", "A").output
                == "Changed user anna (id \(id)) and 0 live sessions.\n")
        #expect(try account(id) == "anna|A||{}")
        #expect(
            try change("anna", "--name", "A").output
                == "Nothing was changed: user anna (id \(id)) has these details already.\n")
        #expect(try psql("SELECT updated_at > created_at FROM authfcgi_users WHERE id = '\(id)'") == "t")
        #expect(try account(other) == "bob|Ann A.|ann@example.org|{staff}")
    }

    @Test func `a name that another user has is refused, and nothing is changed`() throws {
        let id = try addUser("ann")
        try addUser("bob")
        let token = try psql("SELECT create_access_token('\(id)', username => 'ann')")
        let taken = try change("ann", "--username", "bob", "--groups", "admin")
        #expect(taken.status == .code(65) && taken.output.isEmpty, "\(taken)")
        #expect(taken.errors == "authfcgi: another user has the name bob; nothing was changed\n")
        #expect(try account(id) == "ann|Ann A.|ann@example.org|{staff}")
        #expect(try psql("SELECT username, groups FROM session_tokens") == "ann|{}")
        #expect(try psql("SELECT get_user_from_token('\(token)')") == id)
    }

    @Test func `wrong arguments and unknown users are refused`() throws {
        try addUser("ann")
        let long = String(repeating: "é", count: 321)
        for (arguments, message) in [
            ([], "Give at least one of --username, --name, --email and --groups."),
            (["--username", ""], "The username must have 1 to 256 bytes."),
            (["--username", String(repeating: "é", count: 129)], "The username must have 1 to 256 bytes."),
            (["--name", long], "The name is longer than 256 characters."),
            (["--email", long], "The email is longer than 320 characters."),
            (["--groups", String(repeating: "a,", count: 2049)], "The groups are longer than 4096 bytes together."),
        ] {
            let result = try run(["user", "change", "ann"] + arguments)
            #expect(result.status == .code(64) && result.errors.contains(message), "\(arguments): \(result)")
        }
        try psql("SELECT create_access_token('42', groups => '{staff}')")
        let foreign = try change("42", "--groups", "")
        #expect(foreign.status == .code(65), "\(foreign)")
        #expect(foreign.errors == "authfcgi: user 42 is not one of the gate's own users\n")
        #expect(try change("nobody", "--name", "x").status == .code(65))
        #expect(try psql("SELECT groups FROM session_tokens") == "{staff}")
    }

    @Test func `live sessions have the new details on every running gate, and the user stays signed in`() throws {
        let folder = try TestFolder()
        let gates = try ["one", "two"].map {
            try GateProcess(in: folder, name: $0, server: server, database: database, workers: 1)
        }
        try gates[0].addUser("ann", password: "correct horse", groups: ["staff"])
        let tokens = try (0..<2).map { _ in
            try #require(try gates[0].logIn("ann", "correct horse").json?["token"])
        }
        let stranger = try gates[0].signIn("42", groups: ["staff"])
        for gate in gates {
            for token in tokens { #expect(try gate.identity(token) == "ann||staff") }
        }
        let changed = try change("ann", "--username", "anna", "--name", "Ann", "--groups", "staff,admin")
        #expect(changed.output.hasSuffix(" and 2 live sessions.\n"), "\(changed)")
        for gate in gates {
            try eventually("the sessions have the new details", within: .seconds(1), log: gate.log) {
                try tokens.allSatisfy { try gate.identity($0) == "anna|Ann|staff,admin" }
            }
            #expect(try gate.identity(stranger) == "42||staff")
        }
        // The next login knows the new name alone, and has the new groups.
        #expect(try gates[1].logIn("ann", "correct horse").status == 401)
        let next = try #require(try gates[1].logIn("anna", "correct horse").json?["token"])
        #expect(try gates[1].identity(next) == "anna|Ann|staff,admin")

        let removed = try change("anna", "--groups", "")
        #expect(removed.output.hasSuffix(" and 3 live sessions.\n"), "\(removed)")
        for gate in gates {
            try eventually("the groups are gone", within: .seconds(1), log: gate.log) {
                try (tokens + [next]).allSatisfy { try gate.identity($0) == "anna|Ann|" }
            }
        }
    }

    @Test func `sessions that plain SQL left behind get the details of a repetition`() throws {
        let id = try addUser("ann")
        try psql("SELECT create_access_token('\(id)', groups => '{admin}')")
        try psql("UPDATE authfcgi_users SET groups = '{}'")
        #expect(try psql("SELECT groups FROM session_tokens") == "{admin}")
        #expect(
            try change("ann", "--groups", "", "--json").output
                == #"{"changed":true,"id":"\#(id)","sessions_changed":1,"username":"ann"}"# + "\n")
        #expect(try psql("SELECT groups FROM session_tokens") == "{}")
        #expect(
            try change("ann", "--groups", "", "--json").output
                == #"{"changed":false,"id":"\#(id)","sessions_changed":0,"username":"ann"}"# + "\n")
    }

    @Test func `a user who is changed and signs in meanwhile gets no session with the old details`() throws {
        let folder = try TestFolder()
        let gate = try GateProcess(in: folder, server: server, database: database, workers: 1)
        try gate.addUser("ann", password: "correct horse", groups: ["old"])
        let logins = CheckLoad(threads: 2) { _ in try gate.logIn("ann", "correct horse").status }
        try logins.waitForAnswers(2)
        for number in 0..<5 { #expect(try change("ann", "--groups", "new\(number)").status.isSuccess) }
        let report = logins.stop()
        #expect(report.failures == [:] && Set(report.statuses.keys).isSubset(of: [200, 401, 503, 429]), "\(report)")
        #expect(try psql("SELECT DISTINCT groups FROM live_sessions") == "{new4}")
    }
}

extension GateProcess {
    /// Returns the name, the display name and the groups that a check of a token gives.
    fileprivate func identity(_ token: String) throws -> String {
        let answer = try ask("GET", "/auth/verify", parameters: [Self.bearer(token)])
        return ["Remote-User", "Remote-Name", "Remote-Groups"].map { answer.headers[$0] ?? "none" }.joined(
            separator: "|")
    }
}
