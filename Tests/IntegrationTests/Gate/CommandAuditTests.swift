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
        try expect(["user", "passwd", "bob"], "user_password", "user's password changed", bob(["ended": "2"]))
        try psql("SELECT create_access_token('\(id)')")
        try expect(["user", "disable", "bob"], "user_disable", "user disabled", bob(["ended": "1"]))
        #expect(try run(["user", "disable", "bob"]).errors.isEmpty)
        try expect(["user", "enable", id, "--json"], "user_enable", "user enabled", bob())
        try expect(["user", "delete", "bob"], "user_delete", "user deleted", bob(["ended": "0"]))
        #expect(try run(["user", "delete", "bob"]).errors.auditLines().isEmpty)
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

    @Test func `with LOG_LEVEL warning a command logs no success`() throws {
        #expect(try run(["session", "create", "--new-user", "--user", "42"]).status.isSuccess)
        let result = try run(["session", "revoke", "--user", "42"], environment: ["LOG_LEVEL": "warning"])
        #expect(result.status.isSuccess && result.errors.isEmpty, "\(result)")
    }
}
