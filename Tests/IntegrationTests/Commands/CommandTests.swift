import TestSupport
import Testing

/// The command line: the effects of commands, and their errors.
@Suite struct CommandTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String

    init() throws {
        (server, database) = try SharedServers.emptyDatabase()
    }

    @Test func `all invalid settings are reported, and the exit code is 78`() throws {
        let result = try run(
            ["serve", "--listen-mode", "rw-"],
            environment: [
                "DATABASE_URL": "", "LISTEN": "0.0.0.0:9000", "WORKERS": "0", "LOG_LEVEL": "loud",
                "SESSION_LIFETIME": "1 year",
            ])
        #expect(result.status == .code(78))
        #expect(result.output.isEmpty)
        #expect(result.errors.hasPrefix("authfcgi: 6 problems with the settings:\n"))
        for name in ["DATABASE_URL", "LISTEN ", "LISTEN_MODE", "WORKERS", "LOG_LEVEL", "SESSION_LIFETIME"] {
            #expect(result.errors.contains("\n  \(name)"), "\(name): \(result.errors)")
        }
    }

    @Test func `an invalid secret is not printed`() throws {
        let result = try run(["serve"], environment: ["DATABASE_URL": "mysql://ann:hunter2@db/app"])
        #expect(result.status == .code(78))
        #expect(result.errors.contains("DATABASE_URL") && !result.errors.contains("hunter2"))
    }

    @Test func `an unknown flag or command is a usage error`() throws {
        for arguments in [
            ["serve", "--wrkers", "2"], ["serv"], ["user", "add"], ["serve", "x"], ["user", "add", ""],
        ] {
            let result = try run(arguments)
            #expect(result.status == .code(64), "\(arguments)")
            #expect(result.errors.contains("Usage:"), "\(result.errors)")
        }
    }

    @Test func `foreign tables prevent the start, with advice`() throws {
        try psql("CREATE TABLE session_tokens (token text, user_id integer)")
        let folder = try TestFolder()
        for command in [
            ["serve"], ["migrate"], ["user", "add", "ann"], ["session", "count"], ["cleanup"], ["config", "check"],
        ] {
            let result = try run(
                command, environment: ["LISTEN": "unix:\(folder.path("s"))"], input: "correct horse battery")
            #expect(result.status == .code(78), "\(command): \(result)")
            #expect(
                result.errors.contains("session_tokens") && result.errors.contains("DATABASE_SCHEMA"),
                "\(result.errors)")
        }
        #expect(!Endpoint.unix(folder.path("s")).isListening)
        try psql("CREATE SCHEMA gate")
        #expect(try run(["migrate"], environment: ["DATABASE_SCHEMA": "gate"]).status.isSuccess)
    }

    @Test(arguments: ["on", "off"])
    func `tables of an incompatible version prevent the start, with advice`(_ migrates: String) throws {
        #expect(try run(["migrate"]).status.isSuccess)
        // The names from before the first release.
        try psql(
            """
            UPDATE authfcgi_migrations SET name = 'functions' WHERE number = 3;
            INSERT INTO authfcgi_migrations (number, name) VALUES (17, 'largest_hash')
            """)
        let folder = try TestFolder()
        for command in [
            ["serve"], ["migrate"], ["user", "add", "ann"], ["session", "count"], ["cleanup"], ["config", "check"],
        ] {
            let result = try run(
                command, environment: ["LISTEN": "unix:\(folder.path("s"))", "MIGRATE_ON_START": migrates],
                input: "correct horse battery")
            #expect(result.status == .code(78), "\(command): \(result)")
            #expect(
                result.errors.contains("migration 3 is called functions there")
                    && result.errors.contains("DATABASE_SCHEMA"), "\(result.errors)")
        }
        #expect(!Endpoint.unix(folder.path("s")).isListening)
    }

    @Test func `migrate creates the tables once`() throws {
        let first = try run(["migrate"])
        #expect(first.status.isSuccess && first.output.hasPrefix("Applied migrations 1"), "\(first)")
        let second = try run(["migrate"])
        #expect(second.status.isSuccess && second.output.hasPrefix("The tables are up to date"), "\(second)")
        #expect(try psql("SELECT count(*) FROM session_tokens") == "0")
    }

    @Test func `an unreachable database is reported with exit code 69`() throws {
        let folder = try TestFolder()
        for command in [["migrate"], ["user", "add", "ann"], ["session", "count"], ["cleanup"]] {
            let result = try run(
                command, environment: ["DATABASE_URL": "postgresql:///x?host=\(folder.path)"],
                input: "correct horse battery")
            #expect(result.status == .code(69), "\(result)")
            #expect(result.errors.contains("authfcgi: PostgreSQL: "), "\(result.errors)")
        }
    }

    @Test func `a user is added once, with a password from standard input`() throws {
        let added = try run(
            ["user", "add", "ann", "--name", "Ann A.", "--email", "ann@example.org", "--groups", "staff,on-call"],
            input: "correct horse battery\n")
        #expect(added.status.isSuccess && added.output.hasPrefix("Added user ann (id "), "\(added)")
        let row = "SELECT username, name, email, groups, password_hash ~ '^\\$argon2id\\$' FROM authfcgi_users"
        #expect(try psql(row) == "ann|Ann A.|ann@example.org|{staff,on-call}|t")

        let again = try run(["user", "add", "ann"], input: "another password\n")
        #expect(again.status == .code(65))
        #expect(again.errors.contains("authfcgi: user ann exists already"))
        let absent = try run(["user", "add", "ann", "--if-absent"], input: "another password\n")
        #expect(absent.status.isSuccess && absent.output.contains("nothing was changed"))
        #expect(try psql("SELECT count(*) FROM authfcgi_users") == "1")
    }

    @Test(arguments: [
        ("", "no password on standard input"), ("\n", "the password is empty"), ("hunter2\n", "fewer than 15"),
        (String(repeating: "hunter2", count: 20), "more than 128"),
    ])
    func `a weak password is refused`(_ input: String, _ words: String) throws {
        let result = try run(["user", "add", "ann"], input: input)
        #expect(result.status == .code(65))
        #expect(result.errors.contains(words), "\(result.errors)")
        #expect(!result.errors.contains("hunter2"))
    }

    @Test func `a user who was added can sign in with that password`() throws {
        let folder = try TestFolder()
        let gate = try GateProcess(in: folder, server: server, database: database, workers: 1)
        for (name, password) in [
            ("ann", " space at both ends "), ("bob", "Zoë🔑langes Passwort"), ("eve", "e\u{301}accented long"),
        ] {
            #expect(try run(["user", "add", name], input: password + "\n").status.isSuccess)
            let answer = try gate.logIn(name, password)
            #expect(answer.status == 200, "\(name): \(answer)")
            #expect(try gate.check(try #require(answer.json?["token"])) == 200)
        }
        #expect(try gate.logIn("ann", "space at both ends").status == 401)
        #expect(try gate.logIn("eve", "\u{e9}accented long").status == 401)
    }
}
