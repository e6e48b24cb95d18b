import TestSupport
import Testing

/// The output of commands for texts that users and applications have chosen.
@Suite struct CommandOutputTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String
    /// An escape sequence, the same with a C1 control character, and a change of the writing direction.
    private static let hostile = "zz\u{1b}[31m\u{9b}32m\u{202e}y"
    private static let cleaned = "zz?[31m?32m?y"

    init() throws {
        (server, database) = try SharedServers.newDatabase()
    }

    private func expectClean(_ result: CommandResult, sourceLocation: SourceLocation = #_sourceLocation) {
        for scalar in ["\u{1b}", "\u{9b}", "\u{202e}"] {
            #expect(
                !result.output.contains(scalar) && !result.errors.contains(scalar), "\(result)",
                sourceLocation: sourceLocation)
        }
    }

    @Test func `control characters are refused where names are made`() throws {
        let names = [Self.hostile, "a\nb", "a\u{200b}b", "a\u{2028}b", "a\u{85}b"]
        for name in names {
            for command in [
                ["user", "add", name], ["session", "create", "--user", "1", "--new-user", "--username", name],
                ["session", "refresh", "--user", "1", "--username", name],
            ] {
                let result = try run(command, input: "correct horse battery")
                #expect(result.status == .code(64), "\(command): \(result)")
                #expect(
                    result.errors.contains("The username must not have control characters, such as a line break."),
                    "\(result)")
                expectClean(result)
            }
            let stranger = try run(["session", "create", "--new-user", "--user", name])
            #expect(stranger.status == .code(65) && stranger.output.isEmpty, "\(stranger)")
            #expect(throws: SupportError.self) {
                try psql(
                    "INSERT INTO authfcgi_users (username, password_hash) VALUES (\(GateProcess.quoted(name)), 'x')")
            }
        }
        for name in ["ann ", " ann", "  ", "a\u{a0}nn", "ann\u{34f}", "ann\u{fe0f}", "\u{3164}", "a\u{3000}nn"] {
            let result = try run(["user", "add", name], input: "correct horse battery")
            #expect(
                result.status == .code(64) && result.errors.contains("The username must not "), "\(name): \(result)")
            #expect(throws: SupportError.self) {
                try psql(
                    "INSERT INTO authfcgi_users (username, password_hash) VALUES (\(GateProcess.quoted(name)), 'x')")
            }
        }
        let labelled = try run(["session", "create", "--new-user", "--user", "1", "--label", "a\nb\u{1b}[31m"])
        #expect(labelled.status == .code(64) && labelled.errors.contains("The label must not "), "\(labelled)")
        for detail in ["--name", "--email", "--groups"] {
            for text in ["a\nb", "a\u{1b}[31m", "a\u{202e}b", "a\u{2066}b"] {
                let result = try run(["user", "add", "ann", detail, text], input: "correct horse battery")
                #expect(result.status == .code(64), "\(detail): \(result)")
            }
        }
        // Not seen, and part of how Persian is written.
        let persian = try run(["user", "add", "zahra", "--name", "خانه\u{200c}ها"], input: "correct horse battery")
        #expect(persian.status.isSuccess, "\(persian)")
        #expect(try psql("SELECT username FROM authfcgi_users") == "zahra")
        #expect(try psql("SELECT count(*) FROM session_tokens") == "0")
    }

    @Test func `JSON has escapes for control characters and changes of direction, and is the same text`() throws {
        let name = GateProcess.quoted(Self.hostile)
        try psql(
            """
            INSERT INTO authfcgi_users (id, username, password_hash, name, email, groups)
                VALUES ('1', 'zoe', 'none', \(name), \(name), ARRAY[\(name)]);
            SELECT create_access_token('1', label => \(name))
            """)
        let escaped = #"zz\u001b[31m\u009b32m\u202ey"#
        for command in [
            ["user", "list"], ["user", "show", "1"], ["session", "list", "--user", "1"], ["session", "list"],
        ] {
            let result = try run(command + ["--json"])
            #expect(result.status.isSuccess && result.output.contains(escaped), "\(result)")
            expectClean(result)
        }
    }

    @Test func `errors repeat no control characters of the command line or the settings`() throws {
        for arguments in [
            ["serve", Self.hostile], [Self.hostile], ["user", "list", "--\(Self.hostile)"],
            ["session", "list", "--user", Self.hostile], ["config", "check", "--env-file", "/\(Self.hostile)"],
            ["migrate", "--grant-to", Self.hostile], ["serve", "--listen-mode", Self.hostile],
            ["session", "create", "--user", "x", "--lifetime", Self.hostile],
            ["session", "revoke", "--id", Self.hostile],
        ] {
            let result = try run(arguments)
            #expect(!result.status.isSuccess && result.errors.contains("zz?[31m"), "\(arguments): \(result)")
            expectClean(result)
        }
        let schema = try run(["migrate"], environment: ["DATABASE_SCHEMA": "zz\u{9b}31m"])
        #expect(!schema.status.isSuccess, "\(schema)")
        expectClean(schema)
    }

    @Test func `help and version are printed as they are`() throws {
        let help = try run(["--help"])
        #expect(help.status == .code(0) && help.errors == "", "\(help)")
        #expect(help.output.hasPrefix("OVERVIEW: The session gate for web stacks behind nginx.\n\nUSAGE: authfcgi"))
        #expect(help.output.hasSuffix("for detailed help.\n"))
        #expect(try run(["--version"]).status == .code(0))
        #expect(try run(["user"]).status == .code(0))
    }

    // MARK: Output that cannot be written

    /// Runs the program by a shell, for redirections and arguments that are no text.
    private func shell(_ script: String, input: String? = nil) throws -> CommandResult {
        let added = try ["A": GateProcess.executable, "LISTEN": Self.listen]
        return try ServerProcess.run(
            "/bin/sh", ["-c", script], environment: commandEnvironment.merging(added) { $1 }, input: input)
    }

    @Test(arguments: [">/dev/full", ">&-", "| true"])
    func `a session whose token cannot be printed is ended, and the exit code is 74`(_ output: String) throws {
        // The reader of a pipe is gone for certain when the token is written.
        let command = "\"$A\" session create --new-user --user backup"
        let script =
            output == "| true"
            ? "{ sleep 0.3; \(command); echo \"exit $?\" >&2; } | true" : "\(command) \(output); echo \"exit $?\" >&2"
        let result = try shell(script)
        #expect(result.errors.hasSuffix("exit 74\n"), "\(result)")
        #expect(result.errors.contains("authfcgi: cannot write the output: "), "\(result)")
        #expect(try psql("SELECT count(*), count(revoked_at) FROM session_tokens") == "1|1")
        let id = try psql("SELECT session_id FROM session_tokens")
        #expect(result.errors.contains("authfcgi: session \(id) was ended, because its token is lost\n"), "\(result)")
        for event in ["session_create", "session_revoke"] {
            #expect(result.errors.contains("event=\(event)"), "\(result)")
        }
    }

    @Test(arguments: [
        "user list", "user list --json", "session count", "session list --user 1", "session list",
        "session list --json", "cleanup", "migrate", "config check",
        "--help", "--version", "user add --help",
    ])
    func `every command fails if its output cannot be written`(_ command: String) throws {
        try psql("SELECT create_access_token('1')")
        for output in [">/dev/full", ">&-"] {
            let result = try shell("\"$A\" \(command) \(output)")
            #expect(result.status == .code(74), "\(result)")
            #expect(result.errors.hasPrefix("authfcgi: cannot write the output: "), "\(result)")
        }
    }

    @Test func `a change is recorded even if the output cannot be written`() throws {
        try psql("SELECT create_access_token('1', label => 'a')")
        let id = try psql("SELECT session_id FROM session_tokens")
        for (command, event) in [
            ("user add ann", "user_add"), ("user change ann --name A", "user_change"),
            ("user disable ann", "user_disable"),
            ("session refresh --user 1 --name A", "session_refresh"), ("session revoke --id \(id)", "session_revoke"),
            ("session revoke --user 1", "session_revoke"), ("session revoke --all --yes", "session_revoke"),
        ] {
            let result = try shell("\"$A\" \(command) >/dev/full", input: "correct horse battery")
            #expect(result.status == .code(74), "\(result)")
            #expect(result.errors.contains("event=\(event) outcome=success"), "\(result)")
        }
    }

    // MARK: Arguments

    @Test func `arguments that are not UTF-8 are refused`() throws {
        let before = try psql("SELECT count(*) FROM authfcgi_users")
        for command in [
            "user add \"$(printf 'a\\377')\"", "session create --user \"$(printf '\\303')\"",
            "user add ann --name \"$(printf '\\300\\200')\"", "serve --listen-mode \"$(printf '\\355\\240\\200')\"",
        ] {
            let result = try shell("\"$A\" \(command)", input: "correct horse battery")
            #expect(result.status == .code(64), "\(command): \(result)")
            let position = command.split(separator: " ").firstIndex { $0.hasPrefix("\"$(") } ?? 0
            #expect(result.errors == "authfcgi: argument \(position + 1) is not valid UTF-8\n", "\(result)")
        }
        #expect(try psql("SELECT count(*) FROM authfcgi_users") == before)
        #expect(try psql("SELECT count(*) FROM session_tokens") == "0")
    }

    @Test func `an invalid argument is answered with what is allowed`() throws {
        let long = String(repeating: "é", count: 321)
        let duration = "it must be a whole number greater than zero with the unit ms, s, m, h or d, such as 90d"
        let name = "it must have 1 to 256 characters"
        for (arguments, allowed) in [
            (["session", "create", "--user", "x", "--lifetime", "0"], duration),
            (["session", "create", "--user", "x", "--lifetime", "1 day"], duration),
            (["healthcheck", "--timeout", "0s"], duration),
            (["session", "create", "--user", ""], name), (["session", "list", "--user", long], name),
            (["session", "revoke", "--user", ""], name), (["user", "delete", ""], name),
            (["session", "refresh", "--user", "x", "--username", ""], name),
            (["session", "revoke", "--id", "x"], "it must be a UUID, as 'session list' prints it"),
            (["session", "create", "--user", "x", "--label", ""], "The label must have 1 to 256 characters."),
            (["user", "add", ""], "The username must have 1 to 256 bytes."),
            (["user", "add", String(repeating: "é", count: 129)], "The username must have 1 to 256 bytes."),
            (["user", "add", "x", "--name", long], "The name is longer than 256 characters."),
            (["user", "add", "x", "--email", long], "The email is longer than 320 characters."),
            (
                ["user", "add", "x", "--groups", String(repeating: "a,", count: 2049)],
                "The groups are longer than 4096 bytes together."
            ),
            (["session", "create", "--user", "x", "--name", long], "The name is longer than 256 characters."),
            (["session", "refresh", "--user", "x", "--email", long], "The email is longer than 320 characters."),
        ] {
            let result = try run(arguments, input: "correct horse battery")
            #expect(result.status == .code(64) && result.output.isEmpty, "\(arguments): \(result)")
            #expect(result.errors.contains(allowed), "\(result.errors)")
        }
        let id = String(repeating: "é", count: 128)
        let unknown = try run(["session", "create", "--user", id])
        #expect(unknown.status == .code(65), "\(unknown)")
        #expect(unknown.errors.contains("for a user whom the gate does not know yet, add --new-user\n"), "\(unknown)")
        let new = try run(["session", "create", "--new-user", "--user", id])
        #expect(new.status == .code(65), "\(new)")
        #expect(
            new.errors
                == "authfcgi: the user is not known, and an id has at most 255 bytes and no control characters\n")
        #expect(try psql("SELECT count(*) FROM session_tokens") == "0")
    }

    @Test(arguments: [
        ["migrate"], ["audit"], ["cleanup"], ["config", "check"], ["user", "add"], ["user", "list"], ["user", "show"],
        ["user", "change"], ["user", "passwd"],
        ["session", "create"], ["session", "list"], ["session", "revoke"], ["serve"],
    ])
    func `the help of a command with a database shows how it is found`(_ command: [String]) throws {
        let help = try run(command + ["--help"])
        #expect(help.status == .code(0))
        #expect(help.output.contains("  --env-file <path>"), "\(help.output)")
        #expect(help.output.contains("  --database-schema <name>"), "\(help.output)")
        #expect(help.output.contains("--listen-mode") == (command == ["serve"]))
    }
}
