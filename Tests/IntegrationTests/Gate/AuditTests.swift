import TestSupport
import Testing

/// Log lines about logins and logouts.
@Suite(.serialized) struct AuditTests {
    let gates: TwoGates
    var gate: GateProcess { gates.one }
    let ann: String

    init() throws {
        gates = try TwoGates(environment: ["SESSIONS_PER_USER": "3"], users: ["ann"])
        ann = try gates.psql("SELECT id FROM authfcgi_users")
    }

    /// Waits for the given number of lines of an event and returns them.
    func lines(_ event: String, count: Int = 1, of gate: GateProcess? = nil) throws -> [LogLine] {
        let gate = gate ?? gates.one
        var lines: [LogLine] = []
        try eventually("\(count) lines of \(event)", log: gate.log) {
            lines = try gate.log.auditLines(event)
            return lines.count >= count
        }
        try #require(lines.count == count, "\(gate.log)")
        return lines
    }

    func expect(_ line: LogLine, _ level: String, _ message: String, _ fields: [String: String]) throws {
        #expect(line.level == level && line.message == message)
        var all: [String: String] = [:]
        for (name, value) in line.fields {
            #expect(all[name] == nil, "\(name) twice")
            all[name] = value
        }
        let time = all.removeValue(forKey: "time") ?? "none"
        #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(time)")
        #expect(all.removeValue(forKey: "worker") == "0")
        #expect(all == fields)
    }

    func sessionID(_ token: String) throws -> String {
        try gates.psql("SELECT session_id FROM session_tokens WHERE token_hash = session_token_hash('\(token)')")
    }

    @Test func `a login is logged with user, session, address and time`() throws {
        let before = try gates.psql("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS')")
        let token = try gates.logIn("ann", parameters: [("REMOTE_ADDR", "2001:db8::7")])
        let line = try lines("login")[0]
        try expect(
            line, "INFO", "login",
            [
                "event": "login", "outcome": "success", "user": ann, "username": "ann", "client": "2001:db8::7",
                "session": try sessionID(token),
            ])
        let after = try gates.psql("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS')")
        #expect((before...after).contains(String(try #require(line["time"]).prefix(19))))
    }

    @Test func `the log distinguishes wrong passwords, disabled and unknown users, the response does not`() throws {
        for name in ["disabled", "unusable"] { try gate.addUser(name, password: TwoGates.password) }
        try gates.psql("UPDATE authfcgi_users SET disabled = true WHERE username = 'disabled'")
        try gates.psql("UPDATE authfcgi_users SET password_hash = '!' WHERE username = 'unusable'")
        let answers = try [
            gate.logIn("ann", "wrong"), gate.logIn("disabled", TwoGates.password),
            gate.logIn("unusable", TwoGates.password), gate.logIn("nobody", TwoGates.password),
        ]
        #expect(Set(answers.map(\.output)).count == 1 && answers[0].status == 401)
        let lines = try lines("login", count: 4)
        for (line, (name, reason)) in zip(
            lines, [("ann", "wrong password"), ("disabled", "disabled user"), ("unusable", "unusable hash")])
        {
            let id = try gates.psql("SELECT id FROM authfcgi_users WHERE username = '\(name)'")
            try expect(
                line, "NOTICE", "login refused",
                ["event": "login", "outcome": "refused", "reason": reason, "user": id, "client": "192.0.2.1"])
        }
        try expect(
            lines[3], "NOTICE", "login refused",
            [
                "event": "login", "outcome": "refused", "reason": "unknown user", "client": "192.0.2.1",
                "name_hash": try gates.psql(
                    "SELECT left(encode(login_throttle_key('log', login_throttle_name('nobody')), 'hex'), 16)"),
            ])
    }

    @Test func `an unknown username is logged as the same hash on every pod and after a restart`() throws {
        // A password that was typed into the field for the name.
        let password = "My Sécret hunter2"
        func hash(_ name: String, on gate: GateProcess) throws -> String {
            let count = try gate.log.auditLines("login").count
            #expect(try gate.logIn(name, "x").status == 401)
            let line = try lines("login", count: count + 1, of: gate)[count]
            let hash = try #require(line["name_hash"])
            #expect(hash.wholeMatch(of: /[0-9a-f]{16}/) != nil)
            return hash
        }
        let first = try hash(password, on: gates.one)
        #expect(try hash(password, on: gates.two) == first)
        // The throttle considers these names equal.
        #expect(try hash("my se\u{301}cret HUNTER2", on: gates.two) == first)
        #expect(try hash("My Sécret hunter3", on: gates.two) != first)
        try gates.two.stop()
        try gates.two.start()
        #expect(try hash(password, on: gates.two) == first)
        for log in [gates.one.log, gates.two.log] { #expect(!log.lowercased().contains("hunter")) }
        // The hash identifies no row of the throttle, whose keys are in dumps of the database.
        #expect(try gates.psql("SELECT count(*) FROM login_throttle WHERE encode(key, 'hex') LIKE '\(first)%'") == "0")
        try gates.psql("UPDATE login_throttle_secret SET key = session_random_bytes()")
        #expect(try hash(password, on: gates.one) != first)
    }

    @Test(arguments: ["ann", "nobody"])
    func `each throttled login is logged`(name: String) throws {
        for _ in 0..<10 { #expect(try gate.logIn(name, "wrong").status == 401) }
        try gates.psql("UPDATE login_throttle SET failed_at[10] = clock_timestamp() + interval '1 minute'")
        // Regardless of their number.
        for _ in 0..<20 { #expect(try gate.logIn(name, TwoGates.password).status == 429) }
        for line in try lines("login", count: 30).dropFirst(10) {
            #expect(line.level == "NOTICE" && line.message == "login throttled" && line["outcome"] == "throttled")
            #expect((line["user"] == ann) == (name == "ann") && (line["name_hash"] != nil) == (name != "ann"))
            #expect(line["client"] == "192.0.2.1")
        }
    }

    @Test func `failures of the store are logged, with the number of lines left out`() throws {
        let token = try gates.logIn("ann")
        try gates.psql("ALTER TABLE login_throttle RENAME TO gone")
        for _ in 0..<30 { #expect(try gate.logIn("ann", TwoGates.password).status == 503) }
        try gates.psql("ALTER TABLE gone RENAME TO login_throttle")
        try gates.psql("ALTER TABLE session_tokens RENAME TO gone")
        #expect(try gate.logOut(token).status == 503)
        try gates.psql("ALTER TABLE gone RENAME TO session_tokens")
        let logout = try lines("logout")[0]
        #expect(logout.message == "logout unavailable" && logout["outcome"] == "unavailable")
        let unavailable = try gate.log.auditLines("login").filter { $0["outcome"] == "unavailable" }
        let suppressed = (unavailable + [logout]).compactMap { $0["suppressed"].flatMap { Int($0) } }.reduce(0, +)
        #expect(unavailable.count + suppressed == 30 && unavailable.count >= 5)
        for line in unavailable {
            #expect(line.level == "WARNING" && line.message == "login unavailable" && line["name_hash"] == "-")
            #expect(line["reason"] == "the session store cannot be reached")
        }
    }
}
