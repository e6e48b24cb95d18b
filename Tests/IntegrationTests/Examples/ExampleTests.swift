import FoundationEssentials
import TestSupport
import Testing

/// The applications of `deploy/examples`, which have their own users and login and use the gate's sessions.
@Suite(.serialized) struct ExampleTests {
    private static let password = "a horse of the application's own"

    /// Adds a user of the application and logs the user in.
    private func signedIn(
        _ name: String, groups: [String] = [], at site: ExampleSite
    ) throws -> String {
        try site.addUser(name, password: Self.password, groups: groups)
        return try #require(site.token(try site.logIn(name, Self.password)))
    }

    @Test(arguments: Example.allCases)
    func `a session of the application's own login passes the gate, and the application gets its user`(
        example: Example
    ) throws {
        let site = try ExampleSites.site(example)
        let token = try signedIn("ann", groups: ["staff", "on, call", "Zoë"], at: site)
        #expect(token.hasPrefix("afs_"))
        let id = try site.postgreSQL.psql("SELECT id FROM app_users WHERE username = 'ann'")
        for credentials in [cookie(token), bearer(token)] {
            let answer = try site.get("/me", [credentials])
            try #require(answer.status == 200, "\(answer)")
            let me = try object(answer)
            #expect(me["user_id"] == .text(id))
            #expect(me["username"] == .text("ann"))
            #expect(me["groups"] == .list(["staff", "on, call", "Zoë"]))
            #expect(me["session_id"]?.text?.count == 36)
            #expect(try object(site.get("/auth/me", [credentials]))["username"] == .text("ann"))
        }
    }

    @Test func `PHP runs neither as the user of nginx nor in the group of the gate's socket`() throws {
        let pool = try String(
            contentsOfFile: Repository.path("deploy/examples/php-fpm/pool.conf"), encoding: .utf8)
        let socket = try String(contentsOfFile: Repository.path("deploy/systemd/authfcgi.socket"), encoding: .utf8)
        func value(_ name: String, _ text: String) -> String? {
            let line = text.split(separator: "\n").first { $0.prefix { $0 != "=" && $0 != " " } == name }
            return line?.split { $0 == "=" || $0 == " " }.last.map(String.init)
        }
        let group = try #require(value("SocketGroup", socket))
        for name in ["user", "group"] {
            let own = try #require(value(name, pool))
            #expect(own != group && own != "root")
            #expect(own != value("listen.owner", pool) && own != value("listen.group", pool))
        }
        #expect(value("listen.mode", pool) == "0660")
    }

    @Test(arguments: [Example.fastAPI, .php])
    func `browsers get the token in a cookie that no script can read`(example: Example) throws {
        let site = try ExampleSites.site(example)
        try site.addUser("bea", password: Self.password)
        let answer = try site.logIn("bea", Self.password)
        #expect(answer.status == (example == .php ? 303 : 204))
        let fields = try #require(answer.headers["Set-Cookie"]).split(separator: ";")
        let attributes = Set(fields.dropFirst().map { $0.drop { $0 == " " }.lowercased() })
        #expect(attributes == ["path=/", "secure", "httponly", "samesite=lax"])
        #expect(answer.headers["Cache-Control"]?.contains("no-store") == true)
        #expect(!answer.text.contains(try #require(site.token(answer))))
    }

    @Test func `programs get the token as JSON, and no cookie`() throws {
        let site = try ExampleSites.site(.node)
        try site.addUser("bea", password: Self.password)
        let answer = try site.logIn("bea", Self.password)
        #expect(answer.status == 200)
        #expect(try object(answer)["token_type"] == .text("Bearer"))
        #expect(site.token(answer)?.hasPrefix("afs_") == true)
        #expect(answer.headers["Set-Cookie"] == nil)
        #expect(answer.headers["Cache-Control"] == "no-store")
    }

    @Test(arguments: Example.allCases)
    func `a wrong password and an unknown user get the same refusal and no session`(example: Example) throws {
        let site = try ExampleSites.site(example)
        try site.addUser("cid", password: Self.password)
        let before = try site.postgreSQL.psql("SELECT count(*) FROM session_tokens")
        let answers = [
            try site.logIn("cid", "a horse of somebody else"), try site.logIn("cid", ""),
            try site.logIn("nobody", Self.password), try site.logIn("CID", Self.password),
        ]
        for answer in answers {
            #expect(answer.status == 401)
            #expect(answer.body == answers[0].body)
            #expect(site.token(answer) == nil)
        }
        #expect(try site.postgreSQL.psql("SELECT count(*) FROM session_tokens") == before)
    }

    @Test(arguments: Example.allCases)
    func `a username is never part of a statement's text`(example: Example) throws {
        let site = try ExampleSites.site(example)
        let names = [
            "' OR '1'='1", "x'; DROP TABLE app_users; --", "\\' OR 1=1 --", "$1 %s :username ?", "\"quoted\" {a,b} \\",
            "Zoë 李 😀 %27",
        ]
        for name in names {
            #expect(try site.logIn(name, Self.password).status == 401, "\(name)")
        }
        for name in names {
            let token = try signedIn(name, groups: [name], at: site)
            let me = try object(site.get("/me", [bearer(token)]))
            #expect(me["username"] == .text(name))
            #expect(me["groups"] == .list([name]))
        }
    }

    @Test(arguments: Example.allCases)
    func `an invalid username is the client's error, not the application's`(example: Example) throws {
        let site = try ExampleSites.site(example)
        try site.addUser("dee", password: Self.password)
        for name in ["dee\0", "dee\0x", "\0"] {
            let answer = try site.logIn(name, Self.password)
            #expect(answer.status == 400, "\(answer)")
            #expect(site.token(answer) == nil)
        }
        let long = try site.logIn("dee", String(repeating: "x", count: 20000))
        #expect((400..<500).contains(long.status), "\(long)")
    }

    @Test(arguments: Example.allCases)
    func `a logout at the application ends only that session, everywhere`(example: Example) throws {
        let site = try ExampleSites.site(example)
        let token = try signedIn("eve", at: site)
        let other = try #require(site.token(try site.logIn("eve", Self.password)))
        #expect(try site.get("/me", [cookie(token)]).status == 200)
        let answer = try site.post("/logout", [cookie(token)])
        #expect(answer.status == (example == .php ? 303 : 204))
        if example != .node { #expect(answer.headers.cookie("__Host-session")?.contains("afs_") == false) }
        try eventually("the session is refused", within: .seconds(1)) {
            try site.get("/auth/me", [bearer(token)]).status == 401
        }
        #expect(try site.get("/me", [bearer(token)]).status == (example == .php ? 302 : 401))
        #expect(try site.get("/me", [bearer(other)]).status == 200)
    }

    @Test(arguments: Example.allCases)
    func `an identity claimed without a session is ignored`(example: Example) throws {
        let site = try ExampleSites.site(example)
        let token = try signedIn("fay", groups: ["staff"], at: site)
        let forged = [
            "Remote-User", "Remote-Groups", "X-Auth-User-Id", "X-Auth-Session-Id", "remote_user", "X_Auth_User_Id",
        ].map { ($0, "admin") }
        let refused = try site.get("/me", forged)
        #expect(refused.status == (example == .php ? 302 : 401))
        let answer = try site.get("/me", forged + [cookie(token)])
        #expect(try object(answer)["username"] == .text("fay"))
        #expect(try object(answer)["groups"] == .list(["staff"]))
        #expect(!answer.text.contains("admin"))
    }

    @Test func `a browser without a session is sent to the application's own sign-in page`() throws {
        let site = try ExampleSites.site(.php)
        let answer = try site.get("/me")
        #expect(answer.status == 302)
        #expect(answer.headers["Location"] == "/login")
        #expect(try site.get("/login").text.contains("name=\"password\""))
    }

    @Test(arguments: Example.allCases)
    func `pages of other sites can cause neither login nor logout`(example: Example) throws {
        let site = try ExampleSites.site(example)
        let token = try signedIn("gus", at: site)
        for origin in ["cross-site", "same-site"] {
            let from = ("Sec-Fetch-Site", origin)
            #expect(try site.logIn("gus", Self.password, [from]).status == 403)
            #expect(try site.post("/logout", [cookie(token), from]).status == 403)
        }
        #expect(try site.get("/me", [cookie(token), ("Sec-Fetch-Site", "cross-site")]).status == 200)
        #expect(try site.logIn("gus", Self.password, [("Sec-Fetch-Site", "same-origin")]).status < 400)
    }

    @Test func `nginx limits a client's login attempts`() throws {
        let site = try ExampleSite(.fastAPI, loginRate: nil)
        // Without a password no hash is computed, so the requests are faster than the rate limit recovers.
        let statuses = try (0..<15).map { _ in try site.post("/login").status }
        #expect(statuses.prefix(11) == ArraySlice(repeating: 422, count: 11))
        #expect(statuses.last == 429)
    }

    @Test(arguments: Example.allCases)
    func `a user sees their own live sessions, which the application reads from the gate's table`(
        example: Example
    ) throws {
        let site = try ExampleSites.site(example)
        let name = "ida"
        let tokens =
            try [signedIn(name, at: site)]
            + (0..<2).map { _ in
                try #require(site.token(try site.logIn(name, Self.password)))
            }
        _ = try signedIn("jon", at: site)
        let ids = try tokens.map { try #require(object(site.get("/me", [bearer($0)]))["session_id"]?.text) }
        let sessions = {
            let answer = try site.get("/sessions", [bearer(tokens[0])])
            try #require(answer.status == 200, "\(answer)")
            let list = try JSONDecoder().decode([[String: String]].self, from: Data(answer.body))
            #expect(list.allSatisfy { Set($0.keys) == ["session_id", "created_at", "expires_at"] })
            return list.compactMap { $0["session_id"] }
        }
        #expect(try sessions() == ids)
        #expect(try site.post("/logout", [cookie(tokens[1])]).status < 400)
        try site.postgreSQL.psql(
            "UPDATE session_tokens SET expires_at = now() - interval '1 s' WHERE session_id = '\(ids[2])'")
        #expect(try sessions() == [ids[0]])
        #expect(try site.get("/sessions", [("X-Auth-User-Id", "1")]).status == (example == .php ? 302 : 401))
    }

    @Test(arguments: Example.allCases)
    func `the application's role reads none of the gate's secrets`(example: Example) throws {
        let site = try ExampleSites.site(example)
        #expect(try site.postgreSQL.psql("SELECT count(*) FROM app_users", user: "app") != "")
        for table in [
            "session_keys", "login_throttle_secret", "session_channel", "redis_seal_keys", "user_epochs",
            "authfcgi_users",
            "(SELECT token_hash FROM live_sessions) AS t", "session_tokens",
        ] {
            let error = #expect(throws: SupportError.self) {
                try site.postgreSQL.psql("SELECT count(*) FROM \(table)", user: "app")
            }
            #expect("\(error, default: "")".contains("permission denied"), "\(table)")
        }
    }

    @Test(arguments: Example.allCases)
    func `no log has a token or a password, whatever PostgreSQL logs`(example: Example) throws {
        let site = try ExampleSites.site(example)
        let token = try signedIn("hal", at: site)
        #expect(try site.get("/me", [cookie(token)]).status == 200)
        #expect(try site.post("/logout", [cookie(token)]).status < 400)
        #expect(site.secrets.contains(token) && site.secrets.contains(Self.password))
        let log = site.postgreSQL.log
        #expect(log.contains("SELECT create_access_token($1, username => $2, groups => $3)"))
        #expect(log.contains("SELECT revoke_session($1, $2)"))
        #expect(log.contains("Query Text: SELECT \"public\".create_session("))
        for (name, text) in site.logs {
            // The log is not part of the expectation, because its failure message would print the secrets.
            let held = site.secrets.count { $0.utf8.count > 8 && text.contains($0) }
            #expect(held == 0, "in the log of \(name)")
        }
    }
}
