import TestSupport
import Testing

/// `GET /auth/sessions`: the list of the user's own sessions.
@Suite(.serialized) struct SessionListTests {
    private static let shared = OncePerSuite { try TwoGates(users: ["ann"]) }
    private let gates: TwoGates

    init() throws {
        gates = try Self.shared.get()
    }

    /// Returns the list for a token, requested from the second gate.
    private func list(_ parameters: (String, String)...) throws -> [[String: JSONValue]] {
        let answer = try gates.two.ask("GET", "/auth/sessions", parameters: parameters)
        #expect(answer.status == 200, "\(answer)")
        let object = try object(answer)
        #expect(Array(object.keys) == ["sessions"])
        guard case .objects(let sessions) = object["sessions"] else { return [] }
        return sessions
    }

    /// Returns a time of a session in the format of the list.
    private func time(_ column: String, of id: String) throws -> JSONValue {
        .text(
            try gates.psql(
                """
                SELECT to_char(\(column) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                FROM session_tokens WHERE session_id = '\(id)'
                """))
    }

    @Test func `the list has the user's live sessions, newest first`() throws {
        let browser = try gates.logIn("ann", parameters: [("HTTP_USER_AGENT", "Browser \"1\" <b>ü")])
        let phone = try gates.logIn(
            "ann",
            parameters: [("REMOTE_ADDR", "2001:db8::7"), ("HTTP_USER_AGENT", String(repeating: "p", count: 999))])
        let userID = try gates.psql("SELECT id FROM authfcgi_users WHERE username = 'ann'")
        let machine = try gates.psql("SELECT create_access_token('\(userID)', 'ann', label => 'ci')")
        // None of these sessions is listed.
        for end in ["now()", "now() - interval '1 day'"] {
            let gone = try gates.psql("SELECT create_access_token('\(userID)')")
            try gates.psql(
                "UPDATE session_tokens SET expires_at = \(end) WHERE token_hash = session_token_hash('\(gone)')")
        }
        #expect(try gates.one.logOut(gates.logIn("ann")).status == 204)
        _ = try gates.one.signIn("bob")

        let sessions = try list(GateProcess.bearer(phone))
        #expect(sessions.count == 3)
        let keys: Set = [
            "id", "created_at", "last_seen_at", "expires_at", "client_ip", "user_agent", "label", "current",
        ]
        let expected = [
            (machine, "", "", "ci", false), (phone, "2001:db8::7", String(repeating: "p", count: 256), "", true),
            (browser, "192.0.2.1", "Browser \"1\" <b>ü", "", false),
        ]
        for (session, (token, address, agent, label, isCurrent)) in zip(sessions, expected) {
            let id = try gates.psql(
                "SELECT session_id FROM session_tokens WHERE token_hash = session_token_hash('\(token)')")
            #expect(Set(session.keys) == keys)
            #expect(session["id"] == .text(id))
            for column in ["created_at", "last_seen_at", "expires_at"] {
                #expect(try session[column] == time(column, of: id), "\(column)")
            }
            #expect(session["client_ip"] == .text(address))
            #expect(session["user_agent"] == .text(agent))
            #expect(session["label"] == .text(label))
            #expect(session["current"] == .flag(isCurrent))
        }
        // The list for another token of the user differs only in the current session.
        let other = try list(GateProcess.cookie(browser))
        #expect(other.map { $0["id"] } == sessions.map { $0["id"] })
        #expect(other.map { $0["current"] } == [.flag(false), .flag(false), .flag(true)])
    }

    @Test func `the list is JSON that must not be cached`() throws {
        let token = try gates.one.signIn("carol")
        let answer = try gates.one.ask("GET", "/auth/sessions", parameters: [GateProcess.bearer(token)])
        #expect(answer.headers["Content-Type"]?.hasPrefix("application/json") == true)
        #expect(answer.headers["Cache-Control"] == "no-store")
        #expect(!answer.text.contains(token.dropFirst(4)))
    }

    @Test func `a session is listed as soon as it is created, and not after its end`() throws {
        let first = try gates.one.signIn("dora")
        #expect(try list(GateProcess.bearer(first)).count == 1)
        let second = try gates.one.signIn("dora")
        #expect(try list(GateProcess.bearer(first)).count == 2)
        #expect(try gates.one.logOut(second).status == 204)
        #expect(try list(GateProcess.bearer(first)).count == 1)
    }

    @Test(arguments: ["GET", "DELETE"])
    func `without a live session nothing is listed or ended`(method: String) throws {
        let ended = try gates.one.signIn("erin")
        #expect(try gates.one.logOut(ended).status == 204)
        let id = try gates.psql("SELECT session_id FROM session_tokens WHERE user_id = 'erin' LIMIT 1")
        let path = method == "GET" ? "/auth/sessions" : "/auth/sessions/\(id)"
        let invented = "afs_" + String(repeating: "A", count: 54)
        for parameters in [
            [], [GateProcess.bearer(ended)], [GateProcess.bearer(invented)], [GateProcess.bearer("afs_")],
            [GateProcess.cookie(ended), GateProcess.sameOrigin],
            [("HTTP_AUTHORIZATION", "Basic YTpi"), GateProcess.sameOrigin],
        ] {
            let answer = try gates.two.ask(method, path, parameters: parameters)
            #expect(answer.status == 401, "\(parameters): \(answer)")
            #expect(answer.headers["WWW-Authenticate"] == "Bearer")
            #expect(answer.json?["error"] == "unauthorized")
        }
        let several = ("HTTP_COOKIE", "__Host-session=\(ended); __Host-session=\(invented)")
        let answer = try gates.two.ask(method, path, parameters: [several, GateProcess.sameOrigin])
        #expect(answer.status == 401)
        #expect(answer.headers["Set-Cookie"] == GateProcess.expiredCookie)
    }

    @Test func `paths accept only their methods`() throws {
        let token = try gates.one.signIn("finn")
        let id = try gates.psql("SELECT session_id FROM session_tokens WHERE user_id = 'finn'")
        for (method, path, allowed) in [
            ("POST", "/auth/sessions", "GET, HEAD"), ("DELETE", "/auth/sessions", "GET, HEAD"),
            ("PUT", "/auth/sessions", "GET, HEAD"), ("GET", "/auth/sessions/\(id)", "DELETE"),
            ("HEAD", "/auth/sessions/\(id)", "DELETE"), ("POST", "/auth/sessions/\(id)", "DELETE"),
            ("delete", "/auth/sessions/\(id)", "DELETE"),
        ] {
            let answer = try gates.one.ask(method, path, parameters: [GateProcess.bearer(token)])
            #expect(answer.status == 405, "\(method) \(path): \(answer)")
            #expect(answer.headers["Allow"] == allowed)
        }
        #expect(try gates.one.check(token) == 200)
        let head = try gates.one.ask("HEAD", "/auth/sessions", parameters: [GateProcess.bearer(token)])
        #expect(head.status == 200)
    }
}
