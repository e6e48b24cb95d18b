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
        // A worker asks the database once a second whether its refusal still holds.
        try eventually("the login works", within: .seconds(2)) {
            try logIn("ann", TwoGates.password, on: gates.two).status == 200
        }
    }

    /// Sixteen failures from as many addresses.
    private func failOften() throws {
        for number in 0..<16 {
            if number >= 10 { try age(by: "60 seconds") }
            #expect(try logIn("ann", from: "192.0.2.\(number)").status == 401)
        }
    }

    @Test func `a refusal that is repeated at once has the same form, and does not reach the database`() throws {
        try failOften()
        let stranger = "198.51.100.7"
        var first = try logIn("ann", from: stranger)
        var second: FastCGIAnswer?
        // On a slow machine a second may have passed, after which the database is asked.
        for _ in 0..<10 where second?.status != 429 {
            first = try logIn("ann", TwoGates.password, from: stranger)
            #expect(first.status == 429)
            try gates.psql("ALTER TABLE login_throttle RENAME TO gone")
            second = try logIn("ann", TwoGates.password, from: stranger)
            try gates.psql("ALTER TABLE gone RENAME TO login_throttle")
        }
        let again = try #require(second)
        #expect(again.status == 429 && again.body == first.body)
        for name in ["Content-Type", "Cache-Control", "Content-Length"] {
            #expect(again.headers[name] == first.headers[name])
        }
        #expect(again.headers["Retry-After"].flatMap { Int($0) }.map { (20...30).contains($0) } == true)
        #expect(try logIn("ann", TwoGates.password, from: "198.51.100.8", on: gates.two).status == 429)
    }

    @Test func `a remembered refusal is another address's, and ends soon after the failures are deleted`() throws {
        #expect(try logIn("ann", TwoGates.password, from: "203.0.113.7").status == 200)
        try failOften()
        for _ in 0..<3 {
            #expect(try logIn("ann", TwoGates.password, from: "198.51.100.7").status == 429)
            #expect(try logIn("ann", TwoGates.password, from: "203.0.113.7").status == 200)
        }
        try gates.psql("DELETE FROM login_throttle")
        try eventually("everybody can try again", within: .seconds(2)) {
            try logIn("ann", TwoGates.password, from: "198.51.100.7").status == 200
        }
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
        try failOften()
        let claims = [("HTTP_X_FORWARDED_FOR", "203.0.113.7"), ("HTTP_X_REAL_IP", "203.0.113.7")]
        #expect(try logIn("ann", TwoGates.password, from: "192.0.2.1", claims).status == 429)
        #expect(try logIn("ann", TwoGates.password, from: "203.0.113.7", on: gates.two).status == 200)
    }

    @Test func `with the token of an expired session the owner signs in at any address`() throws {
        let token = try gates.logIn("ann", parameters: [("REMOTE_ADDR", "203.0.113.7")])
        try gates.psql(
            """
            UPDATE session_tokens SET created_at = now() - interval '3 days', last_seen_at = now() - interval '3 days',
                expires_at = now() - interval '2 days', absolute_expires_at = now() - interval '2 days'
            """)
        for number in 0..<16 {
            if number >= 10 { try age(by: "60 seconds") }
            #expect(try logIn("ann", from: "192.0.2.1").status == 401)
        }
        let (elsewhere, cookie) = ("198.51.100.4", [("HTTP_COOKIE", "__Host-session=\(token)")])
        #expect(try gates.two.check(token) == 401)
        #expect(try logIn("ann", TwoGates.password, from: elsewhere).status == 429)
        let forged = "afs_" + String(repeating: "A", count: 54)
        #expect(
            try logIn("ann", TwoGates.password, from: elsewhere, [("HTTP_COOKIE", "__Host-session=\(forged)")]).status
                == 429)
        // Ten wrong ones, and it helps no more.
        for _ in 0..<10 { #expect(try logIn("ann", from: elsewhere, cookie).status == 401) }
        #expect(try logIn("ann", from: elsewhere, cookie).status == 429)
        try age(by: "1 hour")
        for number in 0..<16 {
            if number >= 10 { try age(by: "60 seconds") }
            #expect(try logIn("ann", from: "192.0.2.1").status == 401)
        }
        let bearer = [("HTTP_AUTHORIZATION", "Bearer \(token)")]
        #expect(try logIn("ann", TwoGates.password, from: elsewhere, on: gates.two, bearer).status == 200)
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
