import FoundationEssentials
import TestSupport
import Testing

/// `--json`: every command that prints has it.
@Suite struct CommandJSONTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String
    private let folder: TestFolder

    init() throws {
        (server, database) = try SharedServers.emptyDatabase()
        folder = try TestFolder()
    }

    @discardableResult
    private func json(_ arguments: String..., input: String? = nil) throws -> String {
        // For config check, which opens the socket as serve does.
        let result = try run(
            arguments + ["--json"], environment: ["LISTEN": "unix:\(folder.path("s"))"], input: input)
        #expect(result.status.isSuccess, "\(result)")
        return result.output
    }

    @Test func `migrate, config check and cleanup`() throws {
        try psql("CREATE ROLE \"\(database) pod\"")
        let migrated = try json("migrate", "--grant-to", "\(database) pod")
        #expect(migrated.hasPrefix("{\"applied\":[1,2,"), "\(migrated)")
        #expect(migrated.hasSuffix("],\"granted_to\":\"\(database) pod\"}\n"), "\(migrated)")
        #expect(try json("migrate") == "{\"applied\":[],\"granted_to\":null}\n")
        let findings = try json("config", "check")
        #expect(
            findings.hasPrefix("{\"findings\":[\"The settings are valid") && findings.hasSuffix("\"valid\":true}\n"))
        try psql(
            """
            SELECT create_access_token('1'), create_access_token('2');
            UPDATE session_tokens SET expires_at = now() - interval '1 s' WHERE user_id = '2'
            """)
        #expect(try json("cleanup") == "{\"sessions\":1,\"sessions_removed\":1}\n")
    }

    @Test func `user add`() throws {
        let added = try json("user", "add", "a\"nn", input: "correct horse battery")
        let id = try psql("SELECT id FROM authfcgi_users")
        #expect(added == #"{"added":true,"id":"\#(id)","username":"a\"nn"}"# + "\n")
        #expect(
            try json("user", "add", "A\"nn", "--if-absent", input: "correct horse battery")
                == #"{"added":false,"id":"\#(id)","username":"a\"nn"}"# + "\n")
        let again = try run(["user", "add", "a\"nn", "--json"], input: "correct horse battery")
        #expect(again.status == .code(65) && again.output.isEmpty)
        #expect(again.errors == "authfcgi: user a\"nn exists already\n")
    }

    @Test func `session create, refresh and revoke`() throws {
        try json("migrate")
        let id = try psql("INSERT INTO authfcgi_users (username, password_hash) VALUES ('ann', 'none') RETURNING id")
        for (user, userID, name) in [("ann", id, "ann"), ("42", "42", "42")] {
            let created = try JSONDecoder().decode(
                [String: String].self, from: Data(try json("session", "create", "--new-user", "--user", user).utf8))
            #expect(created.keys.sorted() == ["expires_at", "id", "token", "user_id", "username"])
            #expect(created["user_id"] == userID && created["username"] == name)
            #expect(try psql("SELECT get_user_from_token('\(created["token"] ?? "")')") == userID)
            let session = try psql(
                """
                SELECT session_id, to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SSZ') FROM session_tokens
                WHERE user_id = '\(userID)'
                """)
            #expect(session == "\(created["id"] ?? "")|\(created["expires_at"] ?? "")")
        }
        #expect(
            try json("session", "refresh", "--user", "ann", "--groups", "a")
                == #"{"sessions_changed":1,"user_id":"\#(id)","username":"ann"}"# + "\n")
        #expect(
            try json("session", "refresh", "--user", "42", "--groups", "a")
                == #"{"sessions_changed":1,"user_id":"42","username":"42"}"# + "\n")
        #expect(
            try json("session", "revoke", "--user", "ann")
                == #"{"id":null,"sessions_ended":1,"user_id":"\#(id)","username":"ann"}"# + "\n")
        let session = try psql("SELECT session_id FROM session_tokens WHERE user_id = '42'")
        #expect(
            try json("session", "revoke", "--id", session)
                == #"{"id":"\#(session)","sessions_ended":1,"user_id":"42","username":"42"}"# + "\n")
        #expect(
            try json("session", "revoke", "--all", "--yes")
                == #"{"id":null,"sessions_ended":0,"user_id":null,"username":null}"# + "\n")
    }

    @Test func `healthcheck`() throws {
        let gate = try GateProcess(in: folder, server: server, database: database, workers: 1)
        let listen = "unix:\(gate.socketPath)"
        #expect(try json("healthcheck", "--listen", listen) == "{\"status\":\"ready\"}\n")
        #expect(try json("healthcheck", "--alive", "--listen", listen) == "{\"status\":\"alive\"}\n")
        try gate.stop()
        let gone = try run(["healthcheck", "--json", "--listen", listen])
        #expect(gone.status == .code(1) && gone.output.isEmpty && gone.errors.contains("does not answer"), "\(gone)")
    }

    @Test(arguments: [
        "migrate", "cleanup", "audit", "config check", "healthcheck", "user add", "user list", "user show",
        "user change",
        "user passwd", "user reset", "user disable", "user enable", "user delete", "session list", "session count",
        "session create",
        "session revoke", "session refresh",
    ])
    func `every command that prints has the flag`(_ command: String) throws {
        let help = try run(command.split(separator: " ").map(String.init) + ["--help"])
        #expect(help.output.contains("[--json]") && help.output.contains("\n  --json "), "\(help.output)")
    }
}
