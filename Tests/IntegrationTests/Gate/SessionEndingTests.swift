import TestSupport
import Testing

/// `DELETE /auth/sessions/ID` and `POST /auth/logout` with an extent: permissions, and the effect on every pod.
@Suite(.serialized) struct SessionEndingTests {
    private static let shared = OncePerSuite { try TwoGates() }
    private let gates: TwoGates
    private var one: GateProcess { gates.one }
    private var two: GateProcess { gates.two }

    init() throws {
        gates = try Self.shared.get()
    }

    private func id(of token: String) throws -> String {
        try gates.psql("SELECT session_id FROM session_tokens WHERE token_hash = session_token_hash('\(token)')")
    }

    private func delete(_ id: String, _ parameters: (String, String)...) throws -> FastCGIAnswer {
        try one.ask("DELETE", "/auth/sessions/\(id)", parameters: parameters)
    }

    @Test func `one of the user's sessions ends on every pod, and the others stay`() throws {
        let (mine, ended, third) = try (one.signIn("ann"), one.signIn("ann"), one.signIn("ann"))
        try gates.warm(mine, ended, third)
        let answer = try delete(id(of: ended), GateProcess.bearer(mine))
        #expect(answer.status == 204 && answer.body.isEmpty, "\(answer)")
        #expect(answer.headers["Set-Cookie"] == nil)
        try gates.expectEnded(ended, by: one)
        try gates.warm(mine, third)
        // For half a minute the request may be one that nginx sends again.
        try forgetEnd(of: ended)
        #expect(try delete(id(of: ended), GateProcess.bearer(mine)).status == 404)
    }

    /// Moves the end of a session by more than half a minute into the past.
    private func forgetEnd(of token: String) throws {
        try gates.psql(
            """
            UPDATE session_tokens SET revoked_at = revoked_at - interval '31 seconds'
             WHERE token_hash = session_token_hash('\(token)')
            """)
    }

    @Test func `a request that nginx sends again is answered as the first time`() throws {
        let (mine, other, third) = try (one.signIn("hugo"), one.signIn("hugo"), one.signIn("hugo"))
        let otherID = try id(of: other)
        for gate in [one, two] {
            let answer = try gate.ask("DELETE", "/auth/sessions/\(otherID)", parameters: [GateProcess.bearer(mine)])
            #expect(answer.status == 204, "\(answer)")
        }
        #expect(try delete(otherID, GateProcess.bearer(one.signIn("ivan"))).status == 404, "another user's")
        try gates.expectEnded(other, by: one)
        try gates.warm(mine, third)
    }

    @Test func `so is one that ends its own session, whose token then does nothing else`() throws {
        let (mine, other) = try (one.signIn("jack"), one.signIn("jack"))
        let (mineID, otherID) = try (id(of: mine), id(of: other))
        for gate in [one, two, one] {
            let answer = try gate.ask(
                "DELETE", "/auth/sessions/\(mineID)", parameters: [GateProcess.cookie(mine), GateProcess.sameOrigin])
            #expect(answer.status == 204, "\(answer)")
            #expect(answer.headers["Set-Cookie"] == GateProcess.expiredCookie)
        }
        try gates.expectEnded(mine, by: one)
        #expect(try delete(otherID, GateProcess.bearer(mine)).status == 401)
        #expect(try delete(mineID, GateProcess.cookie(mine)).status == 403, "without a proof of origin")
        try gates.warm(other)
        try forgetEnd(of: mine)
        #expect(try delete(mineID, GateProcess.bearer(mine)).status == 401)
    }

    @Test func `another user's session and an unknown one get the same 404, and nothing ends`() throws {
        let (mine, other) = try (one.signIn("bob"), one.signIn("mallory"))
        try gates.warm(mine, other)
        let foreign = try delete(id(of: mine), GateProcess.bearer(other))
        let unknown = try delete("00000000-0000-4000-8000-000000000000", GateProcess.bearer(other))
        #expect(foreign.status == 404 && unknown.status == 404)
        #expect(foreign.text == unknown.text)
        #expect(foreign.json?["error"] == "not_found")
        try gates.warm(mine, other)
        #expect(try gates.liveCount(of: "bob") == "1" && gates.liveCount(of: "mallory") == "1")
    }

    @Test func `a malformed session id is answered 404`() throws {
        let token = try one.signIn("carol")
        let id = try id(of: token)
        for malformed in [
            "", id.uppercased().replacing("0", with: "A"), String(id.dropLast()), id + "0", id + "/", "/" + id,
            id.replacing("-", with: ""), "{\(id)}", String(repeating: "-", count: 36), " " + id.dropFirst(),
            "' OR true --", "*", "all", String(repeating: "a", count: 5000),
        ] {
            let answer = try delete(malformed, GateProcess.bearer(token))
            #expect(answer.status == 404, "\(malformed): \(answer)")
        }
        try gates.warm(token)
    }

    @Test func `with a cookie only a page of this site can end the session, and the cookie is removed`() throws {
        let (mine, other) = try (one.signIn("dora"), one.signIn("dora"))
        for proof in [
            [], [("HTTP_SEC_FETCH_SITE", "cross-site")], [("HTTP_SEC_FETCH_SITE", "same-site")],
            [("HTTP_ORIGIN", "https://evil.example"), ("AUTH_ORIGINAL_HOST", "site.example")],
        ] {
            for id in try [id(of: mine), id(of: other)] {
                let answer = try one.ask(
                    "DELETE", "/auth/sessions/\(id)", parameters: [GateProcess.cookie(mine)] + proof)
                #expect(answer.status == 403, "\(proof): \(answer)")
                #expect(answer.json?["error"] == "cross_origin")
                #expect(answer.headers["Set-Cookie"] == nil)
            }
        }
        try gates.warm(mine, other)
        let elsewhere = try delete(id(of: other), GateProcess.cookie(mine), GateProcess.sameOrigin)
        #expect(elsewhere.status == 204)
        #expect(elsewhere.headers["Set-Cookie"] == nil, "the cookie's own session lives")
        try gates.expectEnded(other, by: one)
        try gates.warm(mine)
        let here = try delete(
            id(of: mine), GateProcess.cookie(mine), ("HTTP_ORIGIN", "https://site.example"),
            ("AUTH_ORIGINAL_HOST", "site.example"))
        #expect(here.status == 204)
        #expect(here.headers["Set-Cookie"] == GateProcess.expiredCookie)
        try gates.expectEnded(mine, by: one)
    }

    @Test func `a logout of all sessions ends them on every pod, even those with a label`() throws {
        let (mine, second, other) = try (one.signIn("erin"), one.signIn("erin"), one.signIn("olaf"))
        let machine = try gates.psql("SELECT create_access_token('erin', label => 'ci')")
        try gates.warm(mine, second, machine, other)
        let answer = try one.ask(
            "POST", "/auth/logout",
            parameters: [
                ("QUERY_STRING", "all=1&others=1"), GateProcess.cookie(mine), GateProcess.sameOrigin,
            ])
        #expect(answer.status == 204)
        #expect(answer.headers["Set-Cookie"] == GateProcess.expiredCookie)
        try gates.expectEnded(mine, second, machine, by: one)
        try gates.warm(other)
    }

    @Test func `a logout of others ends all sessions but this one`() throws {
        let (mine, second, other) = try (one.signIn("finn"), one.signIn("finn"), one.signIn("olaf"))
        try gates.warm(mine, second, other)
        for cookie in [true, false] {
            let third = try one.signIn("finn")
            try gates.warm(third)
            let answer = try one.ask(
                "POST", "/auth/logout",
                parameters: [
                    ("QUERY_STRING", "others=1"), GateProcess.sameOrigin,
                    cookie ? GateProcess.cookie(mine) : GateProcess.bearer(mine),
                ])
            #expect(answer.status == 204)
            #expect(answer.headers["Set-Cookie"] == nil, "this session lives")
            try gates.expectEnded(second, third, by: one)
            try gates.warm(mine, other)
            #expect(try gates.liveCount(of: "finn") == "1")
        }
    }

    @Test func `a logout of others needs a live session, and a cookie the same site`() throws {
        let (mine, second) = try (one.signIn("gwen"), one.signIn("gwen"))
        for query in ["others=1", "all=1"] {
            let foreign = try one.ask(
                "POST", "/auth/logout", parameters: [("QUERY_STRING", query), GateProcess.cookie(mine)])
            #expect(foreign.status == 403)
        }
        #expect(try one.logOut(second).status == 204)
        // An ended session cannot end others.
        for query in ["others=1", "all=1"] {
            let late = try one.ask(
                "POST", "/auth/logout", parameters: [("QUERY_STRING", query), GateProcess.bearer(second)])
            #expect(late.status == 204)
        }
        try gates.warm(mine)
        // Other parameters than these two words mean a plain logout.
        let answer = try one.ask(
            "POST", "/auth/logout", parameters: [("QUERY_STRING", "others=0&xall=1"), GateProcess.bearer(mine)])
        #expect(answer.status == 204)
        try gates.expectEnded(mine, by: one)
    }

    @Test func `while PostgreSQL is down nothing is listed or ended, and all is there afterwards`() throws {
        let folder = try TestFolder()
        let server = try PostgreSQLServer(in: folder)
        let gate = try GateProcess(in: folder, server: server, workers: 1)
        let token = try gate.signIn("ann")
        let id = try server.psql("SELECT session_id FROM session_tokens")
        // In memory, so that the user is known.
        #expect(try gate.check(token) == 200)
        try server.stop()
        for (method, path, query) in [
            ("GET", "/auth/sessions", ""), ("DELETE", "/auth/sessions/\(id)", ""), ("POST", "/auth/logout", ""),
            ("POST", "/auth/logout", "all=1"), ("POST", "/auth/logout", "others=1"),
        ] {
            let answer = try gate.ask(
                method, path, parameters: [("QUERY_STRING", query), GateProcess.cookie(token), GateProcess.sameOrigin])
            #expect(answer.status == 503, "\(method) \(path) \(query): \(answer)")
            #expect(answer.headers["Retry-After"] == "1")
            #expect(answer.headers["Set-Cookie"] == nil)
        }
        try server.start()
        try eventually("the session counts again", log: gate.log) {
            let status = try gate.check(token)
            #expect(status == 200 || status == 503)
            return status == 200
        }
        try eventually("and can be ended", log: gate.log) {
            try gate.ask("DELETE", "/auth/sessions/\(id)", parameters: [GateProcess.bearer(token)]).status == 204
        }
        #expect(try gate.check(token) == 401)
    }
}
