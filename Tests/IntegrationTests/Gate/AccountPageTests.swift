import TestSupport
import Testing

/// `/auth/account`, and the password change as its form, over FastCGI with two pods.
@Suite(.serialized) struct AccountPageTests {
    private static let shared = OncePerSuite { try TwoGates(users: ["ann", "bob"]) }
    private static let agents = [
        ("HTTP_USER_AGENT", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
        (
            "HTTP_USER_AGENT",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
        ),
    ]
    private let gates: TwoGates
    private var one: GateProcess { gates.one }

    init() throws {
        gates = try Self.shared.get()
    }

    /// Adds a user with the common password, and signs in with two browsers. The first one is used in the test.
    private func newUser(_ name: String) throws -> (id: String, mine: String, other: String) {
        try one.addUser(name, password: TwoGates.password, groups: ["staff"])
        let tokens = try Self.agents.map { try gates.logIn(name, parameters: [$0]) }
        return (try id(of: tokens[0], column: "user_id"), tokens[0], tokens[1])
    }

    private func id(of token: String, column: String = "session_id") throws -> String {
        try gates.psql("SELECT \(column) FROM session_tokens WHERE token_hash = session_token_hash('\(token)')")
    }

    private func submit(
        _ token: String, _ fields: (String, String)..., path: String = "/auth/account"
    ) throws -> FastCGIAnswer {
        try one.submitForm(path, fields, [GateProcess.cookie(token)])
    }

    private func changePassword(
        _ token: String, _ current: String, _ new: String, repeated: String? = nil
    ) throws -> FastCGIAnswer {
        try submit(
            token, ("current_password", current), ("new_password", new), ("repeated_password", repeated ?? new),
            path: "/auth/password")
    }

    @Test func `the page shows who is signed in, and the sessions with browser, address and end`() throws {
        let (id, mine, other) = try newUser("carol")
        try gates.psql("SELECT create_access_token('\(id)', label => 'night backup')")
        let page = try one.load("/auth/account", [GateProcess.cookie(mine)])
        #expect(page.status == 200 && page.headers["Content-Type"]?.hasPrefix("text/html") == true, "\(page)")
        #expect(page.headers["Cache-Control"] == "no-store" && page.headers["Set-Cookie"] == nil)
        for text in [
            "carol", "staff", "Firefox, Linux", "Safari, iPhone", "192.0.2.1", "night backup",
            try self.id(of: other),
        ] {
            #expect(page.text.contains(text), "\(text): \(page.text)")
        }
        for secret in [mine, other, "Mozilla"] { #expect(!page.text.contains(secret)) }
        let strangers = try gates.logIn("bob")
        #expect(try !page.text.contains(self.id(of: strangers)))
    }

    @Test func `a session that is not among the newest hundred is shown all the same`() throws {
        let (id, mine, _) = try newUser("dave")
        try gates.psql("SELECT count(create_access_token('\(id)')) FROM generate_series(1, 101)")
        let page = try one.load("/auth/account", [GateProcess.cookie(mine), Self.agents[0]])
        #expect(page.status == 200 && page.text.contains("Firefox, Linux"), "\(page)")
        // There are 103 sessions in all.
        #expect(page.text.contains("and at least 89 more, which “End all others” ends too"), "\(page)")
    }

    @Test func `one session is ended, and the browser is sent back to the page`() throws {
        let (_, mine, other) = try newUser("emil")
        let strangers = try gates.logIn("bob")
        try gates.warm(mine, other, strangers)
        let otherID = try id(of: other)
        let answer = try submit(mine, ("action", "end"), ("session", otherID))
        #expect(answer.status == 303 && answer.headers["Location"] == "/auth/account", "\(answer)")
        #expect(answer.headers["Set-Cookie"]?.hasPrefix("authfcgi_done=session; Path=/auth/account; ") == true)
        try gates.expectEnded(other, by: one)
        // A form that is sent again, as with a second click.
        #expect(try submit(mine, ("action", "end"), ("session", otherID)).status == 303)
        // Somebody else's, and nonsense.
        for session in [try id(of: strangers), "x", "'; DROP TABLE session_tokens; --"] {
            #expect(try submit(mine, ("action", "end"), ("session", session)).status == 404, "\(session)")
        }
        try gates.warm(mine, strangers)
        let (name, cookie) = GateProcess.cookie(mine)
        let done = try one.load("/auth/account", [(name, cookie + "; authfcgi_done=session")])
        #expect(done.status == 200 && done.text.contains("The session has ended."), "\(done)")
        #expect(done.headers["Set-Cookie"]?.hasSuffix("; Max-Age=0") == true)
        // A link cannot make the page say so.
        let forged = try one.load("/auth/account", query: "done=session", [(name, cookie)])
        #expect(forged.status == 200 && !forged.text.contains("The session has ended."))
        let signedIn = try one.load("/auth/logout", query: "done=1", [(name, cookie)])
        #expect(signedIn.status == 200 && signedIn.text.contains("Do you want to sign out"))
    }

    @Test func `all other sessions are ended`() throws {
        let (id, mine, other) = try newUser("fay")
        let machine = try one.signIn(id)
        try gates.warm(mine, other, machine)
        let answer = try submit(mine, ("action", "others"))
        #expect(answer.status == 303 && answer.headers["Location"] == "/auth/account", "\(answer)")
        #expect(answer.headers["Set-Cookie"]?.hasPrefix("authfcgi_done=others; ") == true)
        try gates.expectEnded(other, machine, by: one)
        try gates.warm(mine)
    }

    @Test func `who ends the own session, or all, is signed out`() throws {
        for action in ["end", "all"] {
            let (id, mine, other) = try newUser("gus-\(action)")
            try gates.warm(mine, other)
            let answer = try submit(mine, ("action", action), ("session", try self.id(of: mine)))
            #expect(answer.status == 303 && answer.headers["Location"] == "/auth/logout?done=1", "\(answer)")
            #expect(answer.headers["Set-Cookie"] == GateProcess.expiredCookie)
            try gates.expectEnded(mine, by: one)
            #expect(try gates.liveCount(of: id) == (action == "all" ? "0" : "1"))
            let page = try one.load("/auth/account", [GateProcess.cookie(mine)])
            #expect(page.status == 303 && page.headers["Location"] == "/auth/login?rd=/auth/account", "\(page)")
            let again = try submit(mine, ("action", "all"))
            #expect(again.status == 401 && again.text.contains("Your session had ended already"), "\(again)")
        }
    }

    @Test func `a form of the page of another session changes nothing, and the page is that of this one`() throws {
        let (id, mine, other) = try newUser("gil")
        let strangers = try gates.logIn("bob")
        let end = [("action", "end"), ("session", try self.id(of: other))]
        let change = [
            ("current_password", TwoGates.password), ("new_password", "another passphrase"),
            ("repeated_password", "another passphrase"),
        ]
        for (path, fields) in [
            ("/auth/account", [("action", "all")]), ("/auth/account", [("action", "others")]), ("/auth/account", end),
            ("/auth/password", change),
        ] {
            let shown = ("own_session", try self.id(of: strangers))
            let page = try one.submitForm(path, fields + [shown], [GateProcess.cookie(mine)])
            #expect(page.status == 409 && page.text.contains("Somebody has signed in on this browser"), "\(page)")
            #expect(try page.text.contains("name=\"own_session\" value=\"\(self.id(of: mine))\""))
        }
        #expect(try gates.liveCount(of: id) == "2")
        try gates.warm(mine, other, strangers)
        let own = ("own_session", try self.id(of: mine))
        #expect(try one.submitForm("/auth/account", end + [own], [GateProcess.cookie(mine)]).status == 303)
        #expect(try one.submitForm("/auth/password", change + [own], [GateProcess.cookie(mine)]).status == 303)
    }

    @Test func `a form of another site ends nothing`() throws {
        let (id, mine, other) = try newUser("hal")
        let new = "another passphrase"
        for site in ["cross-site", "same-site", "none", ""] {
            let end = [("action", "end"), ("session", try self.id(of: other))]
            for fields in [[("action", "all")], [("action", "others")], end] {
                let answer = try one.submitForm(
                    "/auth/account", fields, [GateProcess.cookie(mine), ("HTTP_SEC_FETCH_SITE", site)])
                #expect(answer.status == 403, "\(answer)")
            }
            let password = try one.submitForm(
                "/auth/password",
                [("current_password", TwoGates.password), ("new_password", new), ("repeated_password", new)],
                [GateProcess.cookie(mine), ("HTTP_SEC_FETCH_SITE", site)])
            #expect(password.status == 403, "\(password)")
        }
        #expect(try gates.liveCount(of: id) == "2")
        try gates.warm(mine, other)
    }

    @Test func `the password is changed by the form, and the session stays`() throws {
        let (_, mine, other) = try newUser("ida")
        try gates.warm(mine, other)
        let new = " neu & 100 % länger 🔑 "
        let answer = try changePassword(mine, TwoGates.password, new)
        #expect(answer.status == 303 && answer.headers["Location"] == "/auth/account", "\(answer)")
        #expect(answer.headers["Set-Cookie"]?.hasPrefix("authfcgi_done=password; ") == true)
        try gates.expectEnded(other, by: one)
        try gates.warm(mine)
        #expect(try one.logIn("ida", new).status == 200 && one.logIn("ida", TwoGates.password).status == 401)
    }

    @Test func `what is wrong with the form is shown on the page, and nothing is changed`() throws {
        let (_, mine, other) = try newUser("jon")
        let good = "another passphrase"
        let tries: [(String, String, String, Int)] = [
            ("wrong", good, good, 403), ("", good, good, 400),
            (TwoGates.password, "fourteen chars", "fourteen chars", 400),
            (TwoGates.password, good, good + ".", 400), (TwoGates.password, good, "", 400),
            (TwoGates.password, "e\u{301}tranger passphrase", "\u{e9}tranger passphrase", 400),
            (TwoGates.password, "passwordpassword", "passwordpassword", 400),
        ]
        for (current, new, repeated, status) in tries {
            let page = try changePassword(mine, current, new, repeated: repeated)
            #expect(page.status == status && page.headers["Content-Type"]?.hasPrefix("text/html") == true, "\(page)")
            #expect(try page.text.contains("jon") && page.text.contains(id(of: other)), "\(page)")
            #expect(!page.text.contains(good) && page.headers["WWW-Authenticate"] == nil)
        }
        try gates.warm(mine, other)
        #expect(try one.logIn("jon", TwoGates.password).status == 200)
    }

    @Test func `guesses of the password by the form are throttled`() throws {
        let (id, mine, _) = try newUser("kim")
        try gates.psql("SELECT reserve_login('kim', '\(id)', NULL, NULL)")
        try gates.psql("UPDATE login_throttle SET failed_at = array_fill(clock_timestamp(), ARRAY[100])")
        let page = try changePassword(mine, TwoGates.password, "another passphrase")
        #expect(page.status == 429 && page.headers["Retry-After"] != nil && page.text.contains("kim"), "\(page)")
        try gates.psql("DELETE FROM login_throttle")
    }

    @Test func `a user of another application sees the sessions, and has no password here`() throws {
        let token = try one.signIn("of-an-application")
        let page = try one.load("/auth/account", [GateProcess.cookie(token)])
        #expect(page.status == 200 && page.text.contains("of-an-application"), "\(page)")
        #expect(try changePassword(token, "x", "another passphrase").status == 409)
        #expect(try submit(token, ("action", "others")).status == 303)
        try gates.warm(token)
    }

    @Test func `PASSWORD_MIN_LENGTH holds for commands and forms`() throws {
        let folder = try TestFolder()
        let (server, database) = try SharedServers.newDatabase()
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1, environment: ["PASSWORD_MIN_LENGTH": "8"])
        let environment = ["DATABASE_URL": server.url(database: database)]
        let minimums: [(String?, Int32)] = [(nil, 65), ("14", 65), ("13", 0)]
        for (minimum, status) in minimums {
            let result = try ServerProcess.run(
                GateProcess.executable, ["user", "add", "ann"],
                environment: environment.merging(minimum.map { ["PASSWORD_MIN_LENGTH": $0] } ?? [:]) { $1 },
                input: "correct horse")
            #expect(result.status == .code(status), "\(result)")
        }
        let token = try #require(try object(gate.logIn("ann", "correct horse"))["token"]?.text)
        for (new, status) in [("1029384", 400), ("10293847", 303)] {
            let fields = [("current_password", "correct horse"), ("new_password", new), ("repeated_password", new)]
            let answer = try gate.submitForm("/auth/password", fields, [GateProcess.cookie(token)])
            #expect(answer.status == status, "\(answer)")
        }
        for wrong in ["7", "65", "0", "x"] {
            let result = try ServerProcess.run(
                GateProcess.executable, ["user", "list"],
                environment: environment.merging(["PASSWORD_MIN_LENGTH": wrong]) { $1 })
            #expect(result.status == .code(78) && result.errors.contains("write a number, 8 to 64"), "\(result)")
        }
    }
}
