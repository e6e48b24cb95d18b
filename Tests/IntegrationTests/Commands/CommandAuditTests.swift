import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// Log lines about changes by commands.
@Suite struct CommandAuditTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String

    init() throws { (server, database) = try SharedServers.newDatabase() }

    /// Runs a command and expects one audit line on standard error, besides its messages.
    private func expect(_ arguments: [String], _ event: String, _ message: String, _ fields: [String: String]) throws {
        let result = try run(arguments, input: "a good password\n")
        #expect(result.status.isSuccess && !result.output.contains(" event="), "\(result)")
        let lines = try result.errors.auditLines()
        let line = try #require(lines.count == 1 ? lines[0] : nil, "\(result)")
        #expect(line.level == "INFO" && line.message == message)
        #expect(line["time"]?.hasSuffix("Z") == true)
        let others = line.fields.filter { $0.name != "time" }.map { ($0.name, $0.value) }
        let common = ["event": event, "outcome": "success", "uid": "\(getuid())"]
        #expect(Dictionary(others) { $1 } == common.merging(fields) { $1 }, "\(result)")
    }

    @Test func `each change of a user is logged with the user's id, the name and the author`() throws {
        let added = try run(["user", "add", "bob"], input: "a good password\n").errors.auditLines()
        let id = try psql("SELECT id FROM authfcgi_users WHERE username = 'bob'")
        #expect(added.map(\.message) == ["user added"] && added[0]["user"] == id && added[0]["uid"] == "\(getuid())")
        #expect(added[0]["username"] == "bob")
        func bob(_ more: [String: String] = [:]) -> [String: String] {
            more.merging(["user": id, "username": "bob"]) { $1 }
        }
        try psql("SELECT create_access_token('\(id)') FROM generate_series(1, 2)")
        try expect(
            ["user", "change", "bob", "--groups", "staff", "--name", "B"], "user_change", "user changed",
            bob(["changed": "2", "details": "name,groups"]))
        #expect(try run(["user", "change", "bob", "--name", "B"]).errors.isEmpty)
        try expect(["user", "passwd", "bob"], "user_password", "user's password changed", bob(["ended": "2"]))
        try psql("SELECT create_access_token('\(id)')")
        try expect(["user", "disable", "bob"], "user_disable", "user disabled", bob(["ended": "1"]))
        #expect(try run(["user", "disable", "bob"]).errors.isEmpty)
        try expect(["user", "enable", id, "--json"], "user_enable", "user enabled", bob())
        try expect(["user", "delete", "bob"], "user_delete", "user deleted", bob(["ended": "0"]))
        #expect(try run(["user", "delete", "bob"]).errors.auditLines().isEmpty)
    }

    @Test func `with LOG_FORMAT=json the line is an object`() throws {
        let result = try run(
            ["user", "add", "eve", "--json"], environment: ["AUTHFCGI_LOG_FORMAT": "json"], input: "a good password\n")
        let lines = result.errors.split(separator: "\n")
        #expect(result.status.isSuccess && lines.count == 1, "\(result)")
        let fields = try JSONDecoder().decode([String: String].self, from: Data(result.errors.utf8))
        #expect(fields["event"] == "user_add" && fields["level"] == "info" && fields["message"] == "user added")
        #expect(fields["username"] == "eve" && fields["outcome"] == "success" && fields["uid"] == "\(getuid())")
    }

    @Test func `each change of sessions by a command is logged`() throws {
        let created = try run([
            "session", "create", "--new-user", "--user", "42", "--username", "bob", "--label", "night shift",
        ])
        let line = try #require(try created.errors.auditLines().first)
        #expect(line.message == "session created" && line["user"] == "42" && line["label"] == "night shift")
        #expect(line["username"] == "bob")
        let bob = ["user": "42", "username": "bob"]
        let id = try psql("SELECT session_id FROM session_tokens")
        #expect(line["session"] == id && !created.errors.contains(created.output.dropLast().dropFirst(4)))
        try expect(
            ["session", "refresh", "--user", "42", "--groups", "staff"], "session_refresh", "sessions refreshed",
            bob.merging(["changed": "1"]) { $1 })
        try expect(
            ["session", "revoke", "--id", id], "session_revoke", "sessions revoked",
            bob.merging(["session": id, "ended": "1"]) { $1 })
        #expect(try run(["session", "revoke", "--id", id]).errors.auditLines().isEmpty)
        try expect(
            ["session", "revoke", "--user", "42"], "session_revoke", "sessions revoked", ["user": "42", "ended": "0"])
        try expect(
            ["session", "revoke", "--all", "--yes"], "session_revoke", "sessions revoked",
            ["all": "true", "ended": "0"])
    }

    @Test func `a person at a terminal reads the sentence and no audit line`() throws {
        #expect(try run(["user", "add", "bob"], input: "a good password\n").status.isSuccess)
        let folder = try TestFolder()
        for (arguments, sentence) in [
            (["user", "change", "bob", "--name", "B"], "Changed user bob "),
            (["user", "disable", "bob"], "Disabled user bob "),
            (["session", "create", "--new-user", "--user", "42"], "Session "),
            (["session", "refresh", "--user", "42", "--name", "B"], "Changed 1 live session "),
            (["session", "revoke", "--user", "42"], "Ended 1 session "),
        ] {
            let terminal = try PseudoTerminal()
            let screen = terminal.screen.number
            // The token goes elsewhere, as in TOKEN=$(authfcgi session create …).
            let output = arguments[1] == "create" ? [Int32: Int32]() : [1: screen]
            let process = try ServerProcess(
                GateProcess.executable, arguments, environment: commandEnvironment, logFile: folder.path("log"),
                descriptors: output.merging([0: screen, 2: screen]) { $1 })
            #expect(try process.waitForExit().isSuccess, "\(process.log)")
            let shown = try terminal.shown()
            #expect(shown.contains(sentence) && !shown.contains("event="), "\(shown)")
        }
    }

    @Test func `a terminal that does not show the sentence shows the audit line`() throws {
        let folder = try TestFolder()
        let terminal = try PseudoTerminal()
        let process = try ServerProcess(
            GateProcess.executable, ["session", "revoke", "--all", "--yes"], environment: commandEnvironment,
            logFile: folder.path("log"), descriptors: [2: terminal.screen.number])
        #expect(try process.waitForExit().isSuccess)
        #expect(process.log == "Ended 0 sessions of all users.\n")
        #expect(try terminal.shown().auditLines("session_revoke").count == 1)
    }

    @Test func `with LOG_LEVEL warning a command logs no success`() throws {
        #expect(try run(["session", "create", "--new-user", "--user", "42"]).status.isSuccess)
        let result = try run(["session", "revoke", "--user", "42"], environment: ["LOG_LEVEL": "warning"])
        #expect(result.status.isSuccess && result.errors.isEmpty, "\(result)")
    }
}
