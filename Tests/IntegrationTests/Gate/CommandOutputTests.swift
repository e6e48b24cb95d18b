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

    @Test func `user add prints no control characters of the name`() throws {
        let first = try run(["user", "add", Self.hostile], input: "correct horse battery")
        #expect(first.status.isSuccess && first.output.hasPrefix("Added user \(Self.cleaned) (id "), "\(first)")
        expectClean(first)
        let again = try run(["user", "add", Self.hostile], input: "correct horse battery")
        #expect(again.errors == "authfcgi: user \(Self.cleaned) exists already\n")
        let absent = try run(["user", "add", Self.hostile, "--if-absent"], input: "correct horse battery")
        #expect(absent.output == "User \(Self.cleaned) exists already; nothing was changed.\n")
        let broken = try run(["user", "add", "a\nb"], input: "correct horse battery")
        #expect(broken.output.hasPrefix("Added user a?b (id "), "\(broken)")
    }

    @Test func `JSON has escapes for control characters and changes of direction, and is the same text`() throws {
        let name = GateProcess.quoted(Self.hostile)
        try psql(
            """
            INSERT INTO authfcgi_users (id, username, password_hash, name, email, groups)
                VALUES ('1', \(name), 'none', \(name), \(name), ARRAY[\(name)]);
            SELECT create_access_token('1', label => \(name))
            """)
        let escaped = #"zz\u001b[31m\u009b32m\u202ey"#
        for command in [["user", "list"], ["session", "list", "--user", "1"], ["user", "disable", "1"]] {
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
}
