import TestSupport
import Testing

extension FrontTests {
    static let identityHeaders = [
        "Remote-User", "Remote-Groups", "Remote-Name", "Remote-Email", "X-Auth-User-Id", "X-Auth-Session-Id",
    ]

    /// Names that an application might read as those of identity headers: CGI and PHP make one variable of each. No two of a
    /// list are the same variable, so that none hides behind another; what a front does with a sign in a name, it does with
    /// all of the sign's list.
    static let spellings: [[String]] = {
        let names =
            [["REMOTE-USER"], ["remote-user"], ["X-Auth_User-Id"], ["X_Auth-User-Id"], ["REMOTE_USER"]]
            // With a space or a tab before the colon.
            + [["Remote-User "], ["Remote-User\t"], ["Remote_User ", "Remote.User "]]
        return names
            + "_.!#$%&'*+^`|~".map { sign in
                identityHeaders.map { $0.replacing("-", with: String(sign)) }
            }
    }()

    @Test(arguments: Front.withOwnFiles)
    func `the client's own identity headers never arrive, in any spelling`(_ front: Front) throws {
        let site = try FrontTests.row.get().site(front)
        let token = try site.signIn("ann", groups: ["staff"])
        let open = "/public/page"
        let pages: [(String, [(String, String)])] = [("/page", [bearer(token)]), (open, []), (open, [bearer(token)])]
        for (path, credentials) in pages {
            for names in [Self.identityHeaders, ["Remote-User", "Remote_User", "Remote.User", "REMOTE-USER"]] {
                let answer = try site.client().get(path, headers: names.map { ($0, "mallory") } + credentials)
                #expect(answer.status == 200 || answer.status == 400)
                #expect(!answer.text.contains("mallory"), "\(path) \(names) \(answer.text)")
            }
            for names in Self.spellings {
                let answer = try site.client().get(path, headers: credentials + names.map { ($0, "mallory") })
                #expect(answer.status == 200 || answer.status == 400, "\(names)")
                #expect(!answer.text.contains("mallory"), "\(path) \(names)")
                guard answer.status == 200 else { continue }
                let users = EchoedRequest(answer)["Remote-User"].filter { !$0.isEmpty }
                #expect(users == (path == "/page" ? ["ann"] : []), "\(path) \(names)")
            }
        }
    }

    @Test(arguments: Front.withOwnFiles)
    func `headers by which some applications choose the page never arrive`(_ front: Front) throws {
        let site = try FrontTests.row.get().site(front)
        let token = try site.signIn("ann", groups: ["staff"])
        let headers = ["X-Original-URL", "X-Rewrite-URL", "x-original-url", "X-REWRITE-URL"].map { ($0, "/mallory") }
        for path in ["/page", "/public/page"] {
            let answer = try site.client().get(path, headers: [bearer(token)] + headers + [("X-Other", "passes")])
            #expect(answer.status == 200, "\(answer)")
            #expect(EchoedRequest(answer)["X-Other"] == ["passes"])
            #expect(!answer.text.contains("mallory"), "\(path) \(answer.text)")
        }
    }

    @Test(arguments: Front.withOwnFiles)
    func `no client can have the identity taken away on the way`(_ front: Front) throws {
        let site = try FrontTests.row.get().site(front)
        let token = try site.signIn("ann", groups: ["staff"])
        for names in ["Remote-User, X-Auth-User-Id", "remote-groups,remote-user", "X-Auth-Session-Id"] {
            let answer = try site.client().get(
                "/page", headers: [bearer(token), ("Connection", "close, \(names)")])
            #expect(answer.status == 200)
            let request = EchoedRequest(answer)
            #expect(request["Remote-User"] == ["ann"] && request["Remote-Groups"] == ["staff"], "\(names)")
            #expect(request["X-Auth-User-Id"] == ["ann"] && request["X-Auth-Session-Id"].count == 1, "\(names)")
        }
    }

    @Test(arguments: Front.allCases)
    func `a body reaches the application`(_ front: Front) throws {
        let site = try FrontTests.row.get().site(front)
        let token = try site.signIn()
        for length in [1, 100_000] {
            let body = String(repeating: "x", count: length)
            for headers in [[bearer(token)], [cookie(token)]] {
                let answer = try site.client().post("/page", body, type: "text/plain", headers: headers)
                #expect(answer.status == 200)
                let request = EchoedRequest(answer)
                #expect(request.startLine.hasPrefix("POST /page "))
                #expect(request.body == body)
                #expect(request["Remote-User"] == ["ann"])
            }
        }
    }

    @Test(arguments: Front.allCases)
    func `a login whose body comes in chunks reaches the gate`(_ front: Front) throws {
        let row = try FrontTests.row.get()
        let site = try row.site(front)
        let password = "a-password-for-kim"
        RunRecord.note(secret: password)
        let name = "kim-\(front)"
        try row.gate.addUser(name, password: password)
        let body = #"{"username":"\#(name)","password":"\#(password)"}"#
        let parts: [Substring] = [body.prefix(7), body.dropFirst(7), ""]
        let chunks = parts.map { "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n" }.joined()
        let login = try site.client().request(
            "POST", "/auth/login", headers: [("Transfer-Encoding", "chunked"), ("Content-Type", "application/json")],
            body: Array(chunks.utf8))
        try #require(login.status == 200, "\(login) \(site.log)")
        let token = try #require(try object(login)["token"]?.text)
        RunRecord.note(secret: token)
        #expect(try site.client().get("/page", headers: [bearer(token)]).status == 200)
    }

    @Test(arguments: Front.allCases)
    func `a header of 8 kB and an identity of many groups pass`(_ front: Front) throws {
        let site = try FrontTests.row.get().site(front)
        let long = String(repeating: "y", count: 8000)
        let answer = try site.client().get("/page", headers: [bearer(site.signIn()), ("X-Long", long)])
        #expect(answer.status == 200)
        #expect(EchoedRequest(answer)["X-Long"] == [long])
        // Each letter becomes six characters of the header.
        let group = String(repeating: "é", count: front.groupBytes / 6)
        let member = try site.signIn("ann", groups: [group])
        let members = try site.client().get("/page", headers: [bearer(member)])
        #expect(members.status == 200)
        #expect(EchoedRequest(members)["Remote-Groups"].first?.utf8.count == front.groupBytes / 6 * 6)
    }

    @Test(arguments: Front.allCases)
    func `signing in, the gate's pages and signing out go through`(_ front: Front) throws {
        let site = try FrontTests.row.get().site(front)
        let (name, password) = ("pat-\(front)", "a-password-for-pat")
        RunRecord.note(secret: password)
        try site.gate.addUser(name, password: password)
        let login = try site.client().post("/auth/login", #"{"username":"\#(name)","password":"\#(password)"}"#)
        try #require(login.status == 200, "\(login) \(site.log)")
        let token = try #require(try object(login)["token"]?.text)
        RunRecord.note(secret: token)
        for credentials in [bearer(token), cookie(token)] {
            let me = try site.client().get("/auth/me", headers: [credentials])
            #expect(me.status == 200)
            #expect(try object(me)["username"]?.text == name)
            #expect(try site.client().get("/page", headers: [credentials]).status == 200)
        }
        let page = try site.client().get("/auth/login?rd=/page", headers: FrontTests.pageLoad)
        #expect(page.status == 200 && page.headers["Content-Type"]?.hasPrefix("text/html") == true)
        // A page of another site cannot end the session, and the site's own can: the gate knows the site's host.
        let form = [("Content-Type", "application/x-www-form-urlencoded"), cookie(token)]
        let foreign = try site.client().request(
            "POST", "/auth/logout", headers: form + [("Origin", "http://evil.example")], body: [])
        #expect(foreign.status == 403)
        let own = try site.client().request(
            "POST", "/auth/logout", headers: form + [("Origin", "http://localhost")], body: [])
        #expect(own.status == 303, "\(own)")
        try expectRefused { try site.client().get("/page", headers: [bearer(token)]).status }
    }

    @Test(arguments: Front.allCases)
    func `a logout counts`(_ front: Front) throws {
        let site = try FrontTests.row.get().site(front)
        let token = try site.signIn()
        for _ in 0..<5 { #expect(try site.client().get("/page", headers: [bearer(token)]).status == 200) }
        let logout = try site.client().post("/auth/logout", "", headers: [bearer(token)])
        #expect(logout.status == 204, "\(logout)")
        try expectRefused { try site.client().get("/page", headers: [bearer(token)]).status }
        #expect(try site.client().get("/page", headers: [cookie(token)]).status == 401)
    }

    @Test(arguments: Front.allCases)
    func `fifty requests at a time are answered`(_ front: Front) throws {
        let site = try FrontTests.row.get().site(front)
        let report = site.load(try site.signIn(), threads: 50, count: 500).finish()
        #expect(report.errorCount == 0 && report.statuses == [200: 500], "\(report)")
    }
}
