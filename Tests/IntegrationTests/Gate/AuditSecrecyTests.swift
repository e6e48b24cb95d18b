import TestSupport
import Testing

/// No log contains secrets, and no input can forge a log line.
@Suite(.serialized) struct AuditSecrecyTests {
    private static let forged = "x\r\nINFO: login event=login outcome=success user=\"1\"\u{2028}\u{1b}[1A"

    @Test func `no address, user agent, name, group or id can forge a log line`() throws {
        let gates = try TwoGates(users: ["ann"])
        let gate = gates.one
        let forged = Self.forged
        let parameters = [
            ("REMOTE_ADDR", forged), ("HTTP_USER_AGENT", forged), ("AUTH_ORIGINAL_URI", "/" + forged),
            ("AUTH_ORIGINAL_METHOD", forged), ("QUERY_STRING", forged),
        ]
        let escaped = #"x\r\nINFO: login event=login outcome=success user=\"1\"\u2028\u001b[1A"#
        #expect(try gate.logIn(#"{"username":"\#(escaped)","password":"x"}"#, parameters: parameters).status == 401)
        #expect(try gate.logIn(#"{"username":"ann","password":"x"}"#, parameters: parameters).status == 401)
        let token = try gates.psql(
            """
            SELECT create_access_token(\(GateProcess.quoted(forged)), username => 'x',
                groups => ARRAY[\(GateProcess.quoted(forged))])
            """)
        let check =
            parameters + [GateProcess.bearer(token), ("AUTH_REQUIRE", "group '\(forged.replacing("'", with: "''"))!'")]
        #expect(try gate.ask("GET", "/auth/verify", parameters: check).status == 403)
        #expect(
            try gate.ask("POST", "/auth/logout", parameters: parameters + [GateProcess.bearer(token)]).status == 204)
        var lines: [LogLine] = []
        try eventually("four lines", log: gate.log) {
            lines = try gate.log.auditLines()
            return lines.count >= 4
        }
        #expect(lines.map(\.message) == ["login refused", "login refused", "access refused", "logout"], "\(gate.log)")
        #expect(lines.map { $0["outcome"] } == ["refused", "refused", "refused", "success"])
        #expect(lines[0]["name_hash"] != nil && lines[0]["user"] == nil)
        for line in lines {
            let names = line.fields.map(\.name).filter { $0 != "time" }
            #expect(names == names.sorted())
        }
        let begun = gate.log.split(whereSeparator: \.isNewline).filter {
            $0.hasPrefix("INFO: login") || $0.contains("Z INFO: login")
        }
        #expect(begun.isEmpty)
    }

    @Test func `the logs of a run contain none of the secrets used in it`() throws {
        let folder = try TestFolder()
        let server = try PostgreSQLServer(in: folder, settings: ["log_statement": "all"])
        let environment = ["LOG_LEVEL": "trace"]
        let pod = try Pod(in: folder, name: "pod", server: server, environment: environment)
        let (gate, client) = (pod.gate, pod.client())
        var secrets = ["current-Passw0rd-1", "another-Passw0rd-2", "wrong-Passw0rd-3", "typed-as-a-name-4"]
        let (current, another, wrong, name) = (secrets[0], secrets[1], secrets[2], secrets[3])
        try gate.addUser("ann", password: current, groups: ["staff"])
        let logIn = { (name: String, password: String) throws -> HTTPAnswer in
            try client.post("/auth/login", #"{"username":"\#(name)","password":"\#(password)"}"#)
        }
        func token(_ password: String) throws -> String {
            let token = try #require(try object(logIn("ann", password))["token"]?.text)
            secrets.append(token)
            return token
        }
        // All events that are logged.
        #expect(try logIn(name, wrong).status == 401)
        #expect(try logIn("ann", wrong).status == 401)
        let (first, second, third) = (try token(current), try token(current), try token(current))
        #expect(try client.get("/admin/?token=\(first)", headers: [bearer(first)]).status == 403)
        #expect(try client.get("/admin/x", headers: [cookie(first), ("User-Agent", first)]).status == 403)
        guard case .object(let session) = try object(client.get("/auth/me", headers: [bearer(second)]))["session"],
            let id = session["id"]?.text
        else { throw SupportError.unexpected("no session") }
        #expect(try client.request("DELETE", "/auth/sessions/\(id)", headers: [bearer(first)]).status == 204)
        for (password, new) in [(wrong, another), (current, another)] {
            let body = #"{"current_password":"\#(password)","new_password":"\#(new)"}"#
            let answer = try client.post("/auth/password", body, headers: [bearer(first)])
            #expect(answer.status == (password == wrong ? 403 : 204))
        }
        for query in ["", "?others=1", "?all=1"] {
            let token = try token(another)
            #expect(try client.post("/auth/logout\(query)", "", headers: [bearer(token)]).status == 204)
        }
        // Malformed in several ways.
        for broken in [first.dropLast() + "", first + "A", second.uppercased(), "afs_" + third.dropFirst(5)] {
            _ = try client.get("/api/page", headers: [bearer(broken)])
            _ = try client.post("/auth/login", #"{"username":"\#(broken)","password":"x""#)
        }
        _ = try client.post("/auth/login", #"{"username":"ann","password":"\#(current)","extra""#)
        #expect(try logIn(name, wrong).status == 401)
        try server.psql("UPDATE login_throttle SET failed_at = array_fill(clock_timestamp(), ARRAY[100])")
        #expect(try logIn(name, wrong).status == 429)
        // With PostgreSQL unavailable.
        try server.stop(mode: .immediate)
        #expect(try logIn("ann", another).status == 503)
        #expect(try client.post("/auth/logout", "", headers: [bearer(first)]).status == 503)
        try gate.waitForLog(containing: "logout unavailable")
        try server.start()
        secrets += try keys(server)
        try gate.stop()

        let log = gate.log
        for event in [
            "login", "access", "session_end", "password_change", "logout", "logout_everywhere", "logout_elsewhere",
        ] {
            #expect(try !log.auditLines(event).isEmpty, "\(event): \(log)")
        }
        let logs = pod.logs.merging(["PostgreSQL": server.log]) { $1 }
        #expect(logs.count == 3 && logs.values.allSatisfy { !$0.isEmpty })
        for secret in secrets {
            // Tokens also without their prefix, and in part.
            let parts =
                secret.hasPrefix("afs_") ? [secret.dropFirst(4).prefix(20), secret.suffix(20)] : [secret[...]]
            for (name, log) in logs where !(name == "PostgreSQL" && secret == "typed-as-a-name-4") {
                for part in parts { #expect(!log.contains(part), "a secret in \(name)") }
            }
        }
    }

    /// Returns the keys in the database in the formats in which a log could contain them.
    private func keys(_ server: PostgreSQLServer) throws -> [String] {
        try server.psql(
            """
            SELECT encode(key, 'hex') FROM session_keys
            UNION ALL SELECT encode(key, 'hex') FROM login_throttle_secret
            UNION ALL SELECT encode(key, 'hex') FROM redis_seal_keys
            UNION ALL SELECT channel FROM session_channel
            """
        ).split(separator: "\n").map(String.init)
    }
}
