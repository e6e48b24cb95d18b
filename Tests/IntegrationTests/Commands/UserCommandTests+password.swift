import TestSupport
import Testing

/// `authfcgi user passwd`, and the source of the password.
extension UserCommandTests {
    @Test func `passwd changes the password, and the old one is refused`() throws {
        #expect(try run(["user", "add", "ann"], input: "the old password").status.isSuccess)
        let id = try psql("SELECT id FROM authfcgi_users")
        let folder = try TestFolder()
        let gate = try GateProcess(in: folder, server: server, database: database, workers: 1)
        let token = try #require(try gate.logIn("ann", "the old password").json?["token"])
        try signIn(id, label: "machine")

        let changed = try run(["user", "passwd", "ann"], input: "e\u{301} the new password \n")
        #expect(changed.status.isSuccess && changed.complaints.isEmpty)
        #expect(changed.output == "Changed the password of user ann (id \(id)) and ended 2 sessions.\n")
        #expect(try gate.logIn("ann", "the old password").status == 401)
        #expect(try gate.logIn("ann", "e\u{301} the new password ").status == 200)
        #expect(try gate.logIn("ann", "\u{e9} the new password ").status == 401)
        try eventually("the old session has ended", within: .seconds(3)) { try gate.check(token) == 401 }
        #expect(try psql("SELECT updated_at > created_at FROM authfcgi_users") == "t")
    }

    @Test(arguments: [
        ("", "no password on standard input"), ("\n", "the password is empty"), ("hunter2hunter\n", "fewer than 15"),
        (String(repeating: "hunter2", count: 20), "more than 128"), ("Hunter2-Hunter2-2\n", "the user's name"),
        ("Password123456789\n", "is on the list of common passwords"), ("hunter2\u{0}hunter2\n", "contains a NUL"),
    ])
    func `a weak password changes nothing`(_ input: String, _ words: String) throws {
        try addUser("hunter2-hunter2-2", id: "1")
        try signIn("1")
        let before = try state()
        let result = try run(["user", "passwd", "1"], input: input)
        #expect(result.status == .code(65) && result.output.isEmpty)
        #expect(result.errors.contains(words), "\(result.errors)")
        #expect(try state() == before && live() == "1")
    }

    @Test func `a weak password is accepted with --allow-weak`() throws {
        try addUser("test")
        for weak in ["test", "password", "x"] {
            #expect(try run(["user", "passwd", "test"], input: weak).status == .code(65))
            #expect(try run(["user", "passwd", "test", "--allow-weak"], input: weak).status.isSuccess)
        }
        #expect(try run(["user", "passwd", "test", "--allow-weak"], input: "").status == .code(65))
    }

    @Test func `a password that is not UTF-8 is refused, not altered`() throws {
        let folder = try TestFolder()
        let command = #"printf '\377 a password\n' | "$0" user add ann --allow-weak"#
        let result = try ServerProcess.run(
            "/bin/sh", ["-c", command, GateProcess.executable], environment: commandEnvironment,
            workingFolder: folder.path)
        #expect(result.status == .code(65) && result.errors == "authfcgi: the password is not UTF-8\n", "\(result)")
        #expect(try psql("SELECT count(*) FROM authfcgi_users") == "0")
    }

    @Test func `on a terminal the password is asked for twice, without echo`() throws {
        try addUser("ann")
        for (second, status) in [("another new passwort", ExitStatus.code(65)), ("another new password", .code(0))] {
            let folder = try TestFolder()
            let terminal = try PseudoTerminal()
            let process = try ServerProcess(
                GateProcess.executable, ["user", "passwd", "ann"], environment: commandEnvironment,
                logFile: folder.path("log"), descriptors: [0: terminal.screen.number])
            // Input before the setup of the terminal is discarded.
            try process.waitForLog(containing: "Password for ann: ")
            try terminal.type("another new password")
            try process.waitForLog(containing: "Repeat the password: ")
            try terminal.type(second)
            #expect(try process.waitForExit() == status, "\(process.log)")
            #expect(!process.log.contains("new pass"), "\(process.log)")
            #expect(process.log.contains("the two passwords differ") == (status != .code(0)), "\(process.log)")
        }
    }
}
