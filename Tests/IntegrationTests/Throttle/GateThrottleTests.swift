import TestSupport
import Testing

/// The throttle as seen by clients of the gate.
@Suite struct GateThrottleTests {
    private let gates: TwoGates

    init() throws {
        gates = try TwoGates(users: ["ann"])
    }

    private func logIn(
        _ name: String, _ password: String = "wrong", from address: String = "192.0.2.1", on gate: GateProcess? = nil,
        _ parameters: [(String, String)] = []
    ) throws -> FastCGIAnswer {
        try (gate ?? gates.one).logIn(
            #"{"username":"\#(name)","password":"\#(password)"}"#,
            parameters: [("REMOTE_ADDR", address)] + parameters)
    }

    private func age(by interval: String) throws {
        try gates.psql(
            "UPDATE login_throttle SET failed_at = ARRAY(SELECT f - interval '\(interval)' FROM unnest(failed_at) f ORDER BY f)"
        )
    }

    @Test func `after ten wrong passwords the answer is 429 with the time to wait, and then the login works`() throws {
        for number in 0..<10 {
            #expect(try logIn("ann", on: number.isMultiple(of: 2) ? gates.one : gates.two).status == 401)
        }
        // The eleventh wait, so that the test does not depend on being faster than a second.
        for _ in 0..<5 {
            try age(by: "60 seconds")
            #expect(try logIn("ann").status == 401)
        }
        let refused = try logIn("ann", TwoGates.password, on: gates.two)
        #expect(refused.status == 429, "\(refused)")
        #expect(refused.json?["error"] == "too_many_attempts")
        #expect(refused.headers["Content-Type"] == "application/json")
        #expect(refused.headers["Cache-Control"] == "no-store")
        let wait = try #require(refused.headers["Retry-After"].flatMap { Int($0) })
        #expect((20...30).contains(wait))
        let userID = try gates.psql("SELECT id FROM authfcgi_users")
        try gates.two.waitForLog(containing: "login throttled")
        let lines = try gates.two.log.auditLines("login").filter { $0.message == "login throttled" }
        #expect(lines.map { $0["user"] } == [userID] && lines.map { $0["client"] } == ["192.0.2.1"])
        try age(by: "\(wait) seconds")
        #expect(try logIn("ann", TwoGates.password, on: gates.two).status == 200)
    }

    @Test func `an unknown username gets the same bytes`() throws {
        var answers: [String: [[UInt8]]] = [:]
        for name in ["ann", "nobody"] {
            for number in 0..<16 {
                if number >= 10 { try age(by: "60 seconds") }
                answers[name, default: []].append(try logIn(name, from: "192.0.2.\(number)").output)
            }
            // Both have 30 s, rounded up, regardless of the fraction of the last second.
            try gates.psql(
                "UPDATE login_throttle SET failed_at[cardinality(failed_at)] = clock_timestamp() + interval '0.5 seconds'"
            )
            answers[name, default: []].append(try logIn(name, from: "192.0.2.99").output)
        }
        let (ann, nobody) = (try #require(answers["ann"]), try #require(answers["nobody"]))
        #expect(ann == nobody)
        #expect(Set(ann).count == 2)
        #expect(String(decoding: try #require(ann.last), as: UTF8.self).contains("429"))
        var refused: [LogLine] = []
        try eventually("both refusals are lines", log: gates.one.log) {
            refused = try gates.one.log.auditLines("login").filter { $0.message == "login throttled" }
            return refused.count == 2
        }
        #expect(refused.map { $0["client"] } == ["192.0.2.99", "192.0.2.99"])
        #expect(refused.map { $0["name_hash"] != nil } == [false, true])
    }

    @Test func `others do not lock the owner out, and no header makes anyone the owner`() throws {
        #expect(try logIn("ann", TwoGates.password, from: "203.0.113.7").status == 200)
        for number in 0..<16 {
            if number >= 10 { try age(by: "60 seconds") }
            #expect(try logIn("ann", from: "192.0.2.\(number)").status == 401)
        }
        let claims = [("HTTP_X_FORWARDED_FOR", "203.0.113.7"), ("HTTP_X_REAL_IP", "203.0.113.7")]
        #expect(try logIn("ann", TwoGates.password, from: "192.0.2.1", claims).status == 429)
        #expect(try logIn("ann", TwoGates.password, from: "203.0.113.7", on: gates.two).status == 200)
    }

    @Test func `right passwords are never throttled, at once or one after the other`() throws {
        for number in 0..<25 {
            let gate = number.isMultiple(of: 2) ? gates.one : gates.two
            #expect(try logIn("ann", TwoGates.password, on: gate).status == 200)
        }
        #expect(try gates.psql("SELECT sum(cardinality(failed_at)) FROM login_throttle") == "0")
    }

    @Test func `a login is answered 503 if the throttle is unavailable`() throws {
        try gates.psql("ALTER TABLE login_throttle RENAME TO gone")
        #expect(try logIn("ann", TwoGates.password).status == 503)
        try gates.psql("ALTER TABLE gone RENAME TO login_throttle")
        #expect(try logIn("ann", TwoGates.password).status == 200)
    }
}
