import TestSupport
import Testing

/// `POST /auth/password` over FastCGI, with two pods.
@Suite(.serialized) struct PasswordChangeTests {
    private static let shared = OncePerSuite { try TwoGates(users: ["ann", "bob"]) }
    static let json = ("CONTENT_TYPE", "application/json")
    let gates: TwoGates
    var one: GateProcess { gates.one }
    let old = TwoGates.password

    init() throws {
        gates = try Self.shared.get()
    }

    func change(
        _ body: String, _ parameters: (String, String)..., type: (String, String) = json
    ) throws -> FastCGIAnswer {
        try one.ask(
            "POST", "/auth/password", parameters: [type] + parameters, body: Array(body.utf8), timeout: .seconds(20))
    }

    static func body(_ current: String, _ new: String) -> String {
        #"{"current_password":"\#(current)","new_password":"\#(new)"}"#
    }

    func expect(_ answer: FastCGIAnswer, _ status: Int, _ code: String, _ what: String) {
        #expect(answer.status == status, "\(what): \(answer)")
        #expect(answer.json?["error"] == code, "\(what): \(answer.text)")
        #expect(answer.json?["message"]?.isEmpty == false, "\(what)")
        #expect(answer.headers["Content-Type"] == "application/json" && answer.headers["Cache-Control"] == "no-store")
        #expect(answer.headers["Set-Cookie"] == nil, "\(what)")
    }

    /// Adds a user of a test with the common password, and returns the id and a session's token.
    private func newUser(_ name: String) throws -> (id: String, token: String) {
        try one.addUser(name, password: old)
        let id = try gates.psql("SELECT id FROM authfcgi_users WHERE username = \(GateProcess.quoted(name))")
        return (id, try gates.logIn(name))
    }

    private func hash(_ id: String) throws -> String {
        try gates.psql("SELECT password_hash FROM authfcgi_users WHERE id = '\(id)'")
    }

    @Test func `a password change keeps this session, and ends all others on every pod`() throws {
        for (name, cookie) in [("carol", false), ("dora", true)] {
            let (id, mine) = try newUser(name)
            let (second, machine) = try (gates.logIn(name), one.signIn(id))
            let other = try gates.logIn("bob")
            try gates.warm(mine, second, machine, other)
            let body = Self.body(old, " e\\u0301in neues langes 🔑 ")
            let answer =
                cookie
                ? try change(body, GateProcess.cookie(mine), GateProcess.sameOrigin)
                : try change(body, GateProcess.bearer(mine))
            #expect(answer.status == 204 && answer.body.isEmpty && answer.headers["Set-Cookie"] == nil, "\(answer)")
            try gates.expectEnded(second, machine, by: one)
            try gates.warm(mine, other)
            #expect(try gates.liveCount(of: id) == "1")
            for gate in [gates.one, gates.two] {
                #expect(try gate.logIn(name, old).status == 401)
                #expect(try gate.logIn(name, " e\u{301}in neues langes 🔑 ").status == 200)
                #expect(try gate.logIn(name, "\u{e9}in neues langes 🔑").status == 401)
            }
            #expect(one.lines(with: "INFO: password changed client=192.0.2.1 ended=2 ") >= 1, "\(one.log)")
            #expect(one.log.contains("user=\(id)"))
        }
        for secret in [old, "neues"] { #expect(!(one.log + gates.two.log).contains(secret)) }
    }

    @Test func `a wrong current password is answered 403, and the session stays`() throws {
        let (id, token) = try newUser("eve")
        let before = try hash(id)
        for wrong in ["wrong", old + " ", old.uppercased(), "another password"] {
            let answer = try change(Self.body(wrong, "another password"), GateProcess.bearer(token))
            expect(answer, 403, "wrong_password", wrong)
            #expect(answer.headers["WWW-Authenticate"] == nil)
        }
        try gates.warm(token)
        #expect(try hash(id) == before)
        try eventually("each refusal is a line", log: one.log) {
            try one.log.auditLines("password_change").count {
                $0.message == "password change refused" && $0["user"] == id && $0["reason"] == "wrong password"
            } == 4
        }
    }

    @Test func `without a live session a password change is answered 401`() throws {
        let (id, token) = try newUser("finn")
        let body = Self.body(old, "another password")
        let before = try hash(id)
        #expect(try one.logOut(token).status == 204)
        for parameters in [
            [], [GateProcess.bearer(token)], [GateProcess.cookie(token), GateProcess.sameOrigin],
            [GateProcess.bearer("afs_nonsense")], [GateProcess.bearer("of.an.application")],
        ] {
            let answer = try one.ask(
                "POST", "/auth/password", parameters: [Self.json] + parameters, body: Array(body.utf8))
            expect(answer, 401, "unauthorized", "\(parameters)")
            #expect(answer.headers["WWW-Authenticate"] == "Bearer")
        }
        #expect(try hash(id) == before)
    }

    @Test func `with a cookie only a page of this site can change the password`() throws {
        let (id, token) = try newUser("gina")
        let before = try hash(id)
        let host = ("AUTH_ORIGINAL_HOST", "site.example")
        for proof in [
            [], [("HTTP_SEC_FETCH_SITE", "cross-site")], [("HTTP_SEC_FETCH_SITE", "same-site")],
            [("HTTP_SEC_FETCH_SITE", "none")], [("HTTP_ORIGIN", "https://evil.example"), host],
            [("HTTP_SEC_FETCH_SITE", "cross-site"), ("HTTP_ORIGIN", "https://site.example"), host],
        ] {
            let answer = try one.ask(
                "POST", "/auth/password", parameters: [Self.json, GateProcess.cookie(token)] + proof,
                body: Array(Self.body(old, "another password").utf8))
            expect(answer, 403, "cross_origin", "\(proof)")
        }
        #expect(try hash(id) == before)
        let answer = try change(
            Self.body(old, "another password"), GateProcess.cookie(token), ("HTTP_ORIGIN", "https://site.example"), host
        )
        #expect(answer.status == 204, "\(answer)")
        try gates.warm(token)
    }

    @Test func `a user of another application gets 409`() throws {
        let token = try one.signIn("of-an-application")
        try gates.warm(token)
        expect(
            try change(Self.body(old, "another password"), GateProcess.bearer(token)), 409, "not_our_user", "foreign")
        try gates.warm(token)
    }

    @Test func `while all hashing threads are busy the answer is 503 at once, and nothing is changed`() throws {
        let folder = try TestFolder()
        let (server, database) = try SharedServers.newDatabase()
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1,
            environment: ["HASHING_THREADS": "1", "HASHING_WAIT": "100ms", "HASHING_TIME_LIMIT": "5s"])
        try gate.addUser("ann", password: old)
        let token = try gate.signIn(server.psql("SELECT id FROM authfcgi_users", database: database))
        // A hash that matches no password and takes about a second to check. On a busy machine its estimate must not exceed
        // HASHING_TIME_LIMIT.
        let expensive = "$argon2id$v=19$m=262144,t=6,p=1$c2FsdHNhbHRzYWx0$" + String(repeating: "A", count: 43)
        try server.psql(
            "INSERT INTO authfcgi_users (username, password_hash) VALUES ('slow', '\(expensive)')", database: database)
        // A login whose turn comes too late, as on a busy machine, is refused and sent again.
        let logins = CheckLoad(threads: 1) { _ in try gate.logIn("slow", "x").status }
        let worker = try #require(try gate.workers.first)
        try eventually("a login's hash fills its 256 MiB", within: .seconds(30)) {
            ProcessInspector(worker).residentBytes.map { $0 > 128 << 20 } ?? false
        }
        // The hash is expected to be slow only after it has taken longer than all before it.
        sleepThread(for: .milliseconds(200))
        let refusal = try gate.ask(
            "POST", "/auth/password", parameters: [Self.json, GateProcess.bearer(token)],
            body: Array(Self.body(old, "another password").utf8))
        expect(refusal, 503, "unavailable", "busy")
        #expect(refusal.headers["Retry-After"].flatMap { Int($0) }.map { $0 >= 1 } == true)
        #expect(try gate.check(token) == 200)
        _ = logins.stop()
    }
}
