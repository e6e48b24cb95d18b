import TestSupport
import Testing

/// Log lines about ended sessions and password changes.
extension AuditTests {
    @Test func `logouts are logged with user, session and the number of sessions ended`() throws {
        let (first, second, third) = (try gates.logIn("ann"), try gates.logIn("ann"), try gates.logIn("ann"))
        let common = ["outcome": "success", "user": ann, "client": "192.0.2.1"]
        func fields(_ event: String, _ token: String, _ ended: Int) throws -> [String: String] {
            common.merging(["event": event, "session": try sessionID(token), "ended": "\(ended)"]) { $1 }
        }
        for _ in 0..<2 { #expect(try gate.logOut(first).status == 204) }
        let logouts = try lines("logout", count: 2)
        try expect(logouts[0], "INFO", "logout", fields("logout", first, 1))
        try expect(logouts[1], "INFO", "logout", fields("logout", first, 0))
        for (query, token, event, words) in [
            ("others=1", second, "logout_elsewhere", "logout elsewhere"),
            ("all=1", second, "logout_everywhere", "logout everywhere"),
        ] {
            let parameters = [GateProcess.bearer(token), ("QUERY_STRING", query)]
            #expect(try gate.ask("POST", "/auth/logout", parameters: parameters).status == 204)
            try expect(try lines(event)[0], "INFO", words, fields(event, token, 1))
        }
        #expect(try gate.check(third) == 401)
        // These tokens have no session.
        let invented = "afs_" + String(repeating: "A", count: 54)
        for token in ["afs_x", invented] { #expect(try gate.logOut(token).status == 204) }
        #expect(try lines("logout", count: 2).count == 2)
    }

    @Test func `a revocation by public id is logged, and so is a refused one of another user's session`() throws {
        let (mine, other) = (try gates.logIn("ann"), try gates.logIn("ann"))
        let bob = try gate.signIn("bob")
        let (mineID, otherID, bobID) = (try sessionID(mine), try sessionID(other), try sessionID(bob))
        // The second time it may be nginx that sends the request again.
        for (id, status) in [(otherID, 204), (otherID, 204), (bobID, 404)] {
            let parameters = [GateProcess.bearer(mine)]
            #expect(try gate.ask("DELETE", "/auth/sessions/\(id)", parameters: parameters).status == status)
        }
        let lines = try lines("session_end", count: 3)
        let common = ["event": "session_end", "user": ann, "client": "192.0.2.1", "by_session": mineID]
        try expect(
            lines[0], "INFO", "session ended", common.merging(["outcome": "success", "session": otherID]) { $1 })
        try expect(
            lines[1], "INFO", "session ended",
            common.merging(["outcome": "success", "session": otherID, "ended": "0"]) { $1 })
        try expect(
            lines[2], "NOTICE", "session end refused",
            common.merging(["outcome": "refused", "session": bobID, "reason": "no such session of the user"]) { $1 })
    }

    @Test func `a login that replaces a session is logged with it`() throws {
        let old = try gates.logIn("ann")
        let token = try gates.logIn("ann", parameters: [GateProcess.bearer(old)])
        #expect(try gate.check(old) == 401 && gate.check(token) == 200)
        try expect(
            try lines("session_end")[0], "INFO", "session ended",
            [
                "event": "session_end", "outcome": "success", "user": ann, "client": "192.0.2.1",
                "session": try sessionID(old), "by_session": try sessionID(token),
            ])
        // This session has already ended.
        _ = try gates.logIn("ann", parameters: [GateProcess.bearer(old)])
        #expect(try lines("login", count: 3).allSatisfy { $0.message == "login" })
        #expect(try lines("session_end").count == 1)
    }

    @Test(arguments: [
        ("POST", "/auth/logout", "", "logout"), ("POST", "/auth/logout", "all=1", "logout_everywhere"),
        ("POST", "/auth/password", "", "password_change"),
        ("DELETE", "/auth/sessions/f38558e5-eee0-46ce-a2f4-945457024686", "", "session_end"),
    ])
    func `a refused request of another site's page is logged`(
        method: String, path: String, query: String, event: String
    ) throws {
        let parameters = [
            GateProcess.cookie(try gate.signIn("ann")), ("HTTP_SEC_FETCH_SITE", "cross-site"), ("QUERY_STRING", query),
        ]
        #expect(try gate.ask(method, path, parameters: parameters).status == 403)
        let line = try lines(event)[0]
        #expect(line.level == "NOTICE" && line["outcome"] == "refused" && line["client"] == "192.0.2.1")
        #expect(line["reason"] == "not asked by a page of this site")
    }

    @Test func `password changes are logged, even refused ones`() throws {
        let (token, _) = (try gates.logIn("ann"), try gates.logIn("ann"))
        func change(_ current: String, _ new: String) throws -> Int? {
            try gate.ask(
                "POST", "/auth/password",
                parameters: [("CONTENT_TYPE", "application/json"), GateProcess.bearer(token)],
                body: Array(#"{"current_password":"\#(current)","new_password":"\#(new)"}"#.utf8)
            ).status
        }
        #expect(try change("wrong", "another password") == 403)
        #expect(try change(TwoGates.password, "short") == 400)
        #expect(try change(TwoGates.password, "another password") == 204)
        let lines = try lines("password_change", count: 3)
        let common = [
            "event": "password_change", "user": ann, "client": "192.0.2.1", "session": try sessionID(token),
        ]
        for (line, reason) in zip(lines, ["wrong password", "unacceptable new password"]) {
            try expect(
                line, "NOTICE", "password change refused",
                common.merging(["outcome": "refused", "reason": reason]) { $1 })
        }
        try expect(
            lines[2], "INFO", "password changed", common.merging(["outcome": "success", "ended": "1"]) { $1 })
    }

    @Test func `sessions ended by the limit at a login are logged`() throws {
        let tokens = try (0..<5).map { _ in try gates.logIn("ann") }
        // The session that is replaced has a log line. It does not count towards the limit, so no other session ends in
        // its place.
        let last = try gates.logIn("ann", parameters: [GateProcess.bearer(tokens[4])])
        let statuses = try tokens.map { try gate.check($0) }
        #expect(statuses == [401, 401, 200, 200, 401])
        let ended = try lines("session_end", count: 3)
        for (line, (old, new)) in zip(ended, [(0, tokens[3]), (1, tokens[4]), (4, last)]) {
            try expect(
                line, "INFO", "session ended",
                [
                    "event": "session_end", "outcome": "success", "user": ann, "client": "192.0.2.1",
                    "session": try sessionID(tokens[old]), "by_session": try sessionID(new),
                ])
        }
    }

    @Test func `if a login ends very many sessions, the number of those without a line is logged`() throws {
        try gates.psql("SELECT count(create_access_token('\(ann)')) FROM generate_series(1, 150)")
        let token = try gates.logIn("ann")
        let ended = try lines("session_end", count: 101)
        #expect(Set(ended.map { $0["session"] }).count == 101 && ended.allSatisfy { $0["user"] == ann })
        try expect(
            ended[100], "INFO", "session ended",
            [
                "event": "session_end", "outcome": "success", "user": ann, "client": "192.0.2.1", "ended": "48",
                "by_session": try sessionID(token),
            ])
        #expect(try gates.liveCount(of: ann) == "3")
    }
}
