import TestSupport
import Testing

/// `/auth/reset` over FastCGI: a link from the command to the new password, with two pods.
@Suite(.serialized) struct ResetPageTests {
    private static let shared = OncePerSuite { try TwoGates(users: ["ann"]) }
    private static let password = "a new passphrase of mine"
    private let gates: TwoGates
    private var one: GateProcess { gates.one }

    init() throws {
        gates = try Self.shared.get()
    }

    /// Adds a user with the common password, and returns the id.
    private func newUser(_ name: String) throws -> String {
        try one.addUser(name, password: TwoGates.password)
        return try gates.psql("SELECT id FROM authfcgi_users WHERE username = \(GateProcess.quoted(name))")
    }

    /// Makes a link by the command, and returns its code.
    private func makeLink(_ name: String) throws -> String {
        let output = try ServerProcess.output(
            GateProcess.executable, ["user", "reset", name, "--url", "https://site.example"],
            environment: ["DATABASE_URL": gates.server.url(database: gates.database)])
        let code = try #require(output.split(separator: "=").last)
        return String(code.prefix { $0 != "\n" })
    }

    private func look(_ code: String, _ parameters: (String, String)...) throws -> FastCGIAnswer {
        try one.load("/auth/reset", query: "code=\(code)", parameters)
    }

    private func submit(
        _ code: String, _ new: String = ResetPageTests.password, repeated: String? = nil, on gate: GateProcess? = nil,
        with parameters: [(String, String)] = []
    ) throws -> FastCGIAnswer {
        try (gate ?? one).submitForm(
            "/auth/reset", [("code", code), ("new_password", new), ("repeated_password", repeated ?? new)], parameters)
    }

    @Test func `with a link a user chooses a password, once, and all sessions end on every pod`() throws {
        let id = try newUser("bea")
        let (first, machine) = (try gates.logIn("bea"), try one.signIn(id))
        try gates.warm(first, machine)
        let code = try makeLink("bea")
        // Opened from a mail, and looked at by programs before: nothing changes.
        for site in ["none", "cross-site", "same-origin"] {
            let page = try look(code, ("HTTP_SEC_FETCH_SITE", site))
            #expect(page.status == 200 && page.text.contains(code), "\(page)")
            #expect(page.headers["Content-Type"]?.hasPrefix("text/html") == true)
            #expect(page.headers["Cache-Control"] == "no-store" && page.headers["Set-Cookie"] == nil)
            // The code is in the address, which no other request may get.
            #expect(page.headers["Referrer-Policy"] == "strict-origin")
        }
        try gates.warm(first, machine)
        #expect(try one.logIn("bea", TwoGates.password).status == 200)

        let answer = try submit(code, on: gates.two)
        #expect(answer.status == 303 && answer.headers["Location"] == "/auth/reset?done=1", "\(answer)")
        #expect(answer.headers["Set-Cookie"]?.hasPrefix("authfcgi_done=") == true && !answer.text.contains("afs_"))
        try gates.expectEnded(first, machine, by: gates.two)
        let done = ("HTTP_COOKIE", "authfcgi_done=reset")
        #expect(try one.load("/auth/reset", query: "done=1", [done]).text.contains("Your new password is set"))
        #expect(try one.load("/auth/reset", query: "done=1").headers["Location"] == "/auth/login")
        #expect(try one.logIn("bea", TwoGates.password).status == 401)
        #expect(try one.logIn("bea", Self.password).status == 200)

        // Used: the same answer as to an invented code.
        let invented = try look("afr_" + String(repeating: "A", count: 43))
        for again in [try look(code), try submit(code, "yet another passphrase")] {
            #expect(again.status == 404 && again.text == invented.text, "\(again)")
            #expect(again.text.contains("the password may be set already"))
        }
        #expect(try one.logIn("bea", Self.password).status == 200)
    }

    @Test func `the use is in the log and in the audit, and the code nowhere`() throws {
        let id = try newUser("cora")
        let code = try makeLink("cora")
        #expect(try look(code).status == 200)
        #expect(try submit(code).status == 303)
        try one.waitForLog(containing: "password reset client=192.0.2.1 ended=0 ")
        let line = try #require(try one.log.auditLines("password_reset").last { $0["outcome"] == "success" })
        #expect(line["user"] == id && line["username"] == "cora")
        #expect(
            try gates.psql(
                "SELECT action, username FROM authfcgi_audit WHERE user_id = '\(id)' ORDER BY number OFFSET 1")
                == "user_reset|cora\npassword_reset|cora")
        let audit = try ServerProcess.output(
            GateProcess.executable, ["audit", "--user", "cora"],
            environment: ["DATABASE_URL": gates.server.url(database: gates.database)])
        #expect(audit.contains("password_reset") && audit.contains("  a link  "), "\(audit)")
        let records = try gates.psql("SELECT string_agg(a::text, ' ') FROM authfcgi_audit a")
        for text in [one.log, gates.two.log, audit, records] {
            #expect(!text.contains(code.dropFirst(4)) && !text.contains(Self.password))
        }
    }

    @Test(arguments: [
        "", "short", "passwordpassword", "Dora.of.the.long.name", "x\u{0}y long enough now",
        String(repeating: "x", count: 129),
    ])
    func `a password that breaks the rules leaves the link as it is`(_ password: String) throws {
        let name = "dora.of.the.long.name"
        let users = try gates.psql("SELECT count(*) FROM authfcgi_users WHERE username = '\(name)'")
        if users == "0" { _ = try newUser(name) }
        let code = try makeLink(name)
        #expect(try submit(code, password).status == 400)
        #expect(try submit(code, Self.password, repeated: Self.password + " ").status == 400)
        #expect(try look(code).status == 200)
        #expect(try one.logIn(name, TwoGates.password).status == 200)
    }

    @Test func `a form of another site, or of none, changes nothing`() throws {
        _ = try newUser("emma")
        let code = try makeLink("emma")
        let host = ("AUTH_ORIGINAL_HOST", "site.example")
        for proof in [
            [("HTTP_SEC_FETCH_SITE", "cross-site")], [("HTTP_SEC_FETCH_SITE", "")],
            [("HTTP_SEC_FETCH_SITE", ""), ("HTTP_ORIGIN", "https://evil.example"), host],
            [("HTTP_SEC_FETCH_SITE", ""), ("HTTP_ORIGIN", "null"), host],
        ] {
            let answer = try one.submitForm(
                "/auth/reset", [("code", code), ("new_password", Self.password), ("repeated_password", Self.password)],
                proof)
            #expect(answer.status == 403 && !answer.text.contains(code), "\(proof): \(answer)")
        }
        // A browser without Sec-Fetch-Site.
        #expect(
            try submit(code, with: [("HTTP_SEC_FETCH_SITE", ""), ("HTTP_ORIGIN", "https://site.example"), host]).status
                == 303)
    }

    @Test func `a link of a user who was disabled meanwhile is like any that does not work`() throws {
        let id = try newUser("fran")
        let code = try makeLink("fran")
        try gates.psql("UPDATE authfcgi_users SET disabled = true WHERE id = '\(id)'")
        #expect(try look(code).status == 404 && submit(code).status == 404)
    }

    @Test func `an address that tries codes is throttled on all pods; working links, logins and others are not`() throws
    {
        _ = try newUser("gwen")
        let code = try makeLink("gwen")
        let attacker = ("REMOTE_ADDR", "198.51.100.9")
        func invented(_ number: Int) -> String {
            let digits = String(number)
            return "afr_" + String(repeating: "0", count: 42 - digits.utf8.count) + digits + "A"
        }
        for number in 0..<10 { #expect(try look(invented(number), attacker).status == 404, "\(number)") }
        // So many that the test need not hurry.
        let name = "convert_to('password reset from c6336409', 'UTF8')"
        let most = "UPDATE login_throttle SET failed_at = array_fill(clock_timestamp(), ARRAY[80])"
        let changed = try gates.psql("\(most) WHERE key = login_throttle_key('name', \(name)) RETURNING 1")
        #expect(changed == "1")
        for number in 100..<103 {
            let page = try look(invented(number), attacker)
            #expect(page.status == 429 && page.headers["Retry-After"].flatMap { Int($0) }.map { $0 >= 1 } == true)
        }
        #expect(try submit(invented(103), with: [attacker]).status == 429)
        let elsewhere = try gates.two.load("/auth/reset", query: "code=\(invented(104))", [attacker])
        #expect(elsewhere.status == 429, "\(elsewhere)")
        #expect(try look(invented(105), ("REMOTE_ADDR", "198.51.100.10")).status == 404)
        // A page of another site can have the browsers of its visitors ask: they can still sign in.
        let login = #"{"username":"gwen","password":"\#(TwoGates.password)"}"#
        #expect(try one.logIn(login, parameters: [attacker]).status == 200)
        // Malformed ones cost no look-up, and are no guesses.
        #expect(try look("x", attacker).status == 404)
        #expect(try look(code, attacker).status == 200 && submit(code, with: [attacker]).status == 303)
    }

    @Test func `a gate with other users' passwords has no links`() throws {
        let folder = try TestFolder()
        let (server, database) = try SharedServers.newDatabase()
        try server.psql(
            "INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('1', 'ann', 'x')", database: database)
        let code = "afr_" + String(repeating: "A", count: 43)
        try server.psql("SELECT create_password_reset('1', sha256('\(code)'))", database: database)
        let query = "SELECT id, password_hash FROM authfcgi_users WHERE username = $1"
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1, environment: ["USERS_QUERY": query])
        #expect(try gate.load("/auth/reset", query: "code=\(code)").status == 404)
        let fields = [("code", code), ("new_password", Self.password), ("repeated_password", Self.password)]
        #expect(try gate.submitForm("/auth/reset", fields).status == 404)
        #expect(try server.psql("SELECT password_hash FROM authfcgi_users", database: database) == "x")
    }

    @Test(arguments: ["PUT", "DELETE", "PATCH", "OPTIONS"])
    func `another method is answered 405 with the allowed ones`(_ method: String) throws {
        let answer = try one.ask(method, "/auth/reset")
        #expect(answer.status == 405 && answer.headers["Allow"] == "GET, HEAD, POST", "\(answer)")
    }
}
