import Glibc
import TestSupport
import Testing

/// `authfcgi user reset`: the address that it prints, whom it refuses, and what is recorded.
@Suite struct UserResetTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String

    init() throws {
        (server, database) = try SharedServers.newDatabase()
        try psql("INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('1', 'ann', 'x'), ('2', 'bob', 'x')")
    }

    private func reset(_ arguments: String..., environment: [String: String] = [:]) throws -> CommandResult {
        try run(["user", "reset"] + arguments, environment: environment)
    }

    private func links() throws -> String { try psql("SELECT string_agg(user_id, ' ') FROM authfcgi_password_resets") }

    @Test func `the address is alone on standard output, and works for an hour`() throws {
        let tries: [([String], String)] = [
            (["ann"], "/auth/reset?code=afr_"),
            (["1", "--url", "https://a.example"], "https://a.example/auth/reset?code=afr_"),
            (["--url", "http://localhost:8001/", "ann"], "http://localhost:8001/auth/reset?code=afr_"),
        ]
        for (arguments, start) in tries {
            let result = try run(["user", "reset"] + arguments)
            #expect(result.status.isSuccess && result.output.hasPrefix(start), "\(result)")
            #expect(result.output.hasSuffix("\n") && result.output.utf8.count == start.utf8.count + 44, "\(result)")
            #expect(result.complaints.hasPrefix("There, user ann (id 1) can choose a new password until "), "\(result)")
            #expect(result.complaints.contains("put the address of your site before it") == (arguments.count == 1))
            let code = result.output.split(separator: "=").last?.dropLast() ?? ""
            #expect(
                try psql("SELECT username FROM find_password_reset(sha256('\(code)'))") == "ann", "\(result)")
            #expect(!result.errors.contains(code))
        }
        #expect(try links() == "1")
        #expect(try psql("SELECT expires_at > now() + interval '59 min' FROM authfcgi_password_resets") == "t")
    }

    @Test func `without --url the site is that of LOGIN_URL`() throws {
        for (setting, start) in [
            ("https://login.a.example:8443/auth/login", "https://login.a.example:8443/auth/reset?code=afr_"),
            ("/sign-in", "/auth/reset?code=afr_"),
        ] {
            let result = try reset("ann", environment: ["LOGIN_URL": setting])
            #expect(result.status.isSuccess && result.output.hasPrefix(start), "\(result)")
        }
        let result = try reset(
            "ann", "--url", "https://b.example", environment: ["LOGIN_URL": "https://a.example/login"])
        #expect(result.output.hasPrefix("https://b.example/auth/reset?code=afr_"), "\(result)")
    }

    @Test func `with --json it is one object`() throws {
        let result = try reset("ann", "--json", "--url", "https://a.example")
        let form = "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'"
        let end = try psql("SELECT to_char(expires_at AT TIME ZONE 'UTC', \(form)) FROM authfcgi_password_resets")
        #expect(result.output.hasPrefix(#"{"address":"https://a.example/auth/reset?code=afr_"#), "\(result)")
        #expect(result.output.hasSuffix(#"","expires_at":"\#(end)","id":"1","username":"ann"}"# + "\n"), "\(result)")
    }

    @Test func `the password and the sessions stay until the address is used`() throws {
        let token = try psql("SELECT create_access_token('1')")
        #expect(try reset("ann").status.isSuccess)
        #expect(try psql("SELECT get_user_from_token('\(token)')") == "1")
        #expect(try psql("SELECT password_hash FROM authfcgi_users WHERE id = '1'") == "x")
    }

    @Test func `who has no password here gets a clear word, and no address`() throws {
        try psql("SELECT create_access_token('42'); UPDATE authfcgi_users SET disabled = true WHERE id = '2'")
        for (name, message) in [
            ("42", "user 42 is not one of the gate's own users"), ("eve", "there is no user eve: "),
            ("bob", "user bob (id 2) is disabled, and could not sign in; 'authfcgi user enable' first"),
        ] {
            let result = try reset(name)
            #expect(result.status == .code(65) && result.output.isEmpty, "\(result)")
            #expect(result.errors.hasPrefix("authfcgi: \(message)"), "\(result)")
        }
        for (setting, value) in [
            ("USERS_QUERY", "SELECT id, password_hash FROM authfcgi_users WHERE username = $1"),
            ("USERS_PRESET", "django"),
        ] {
            let result = try reset("ann", environment: [setting: value])
            #expect(result.status == .code(65) && result.output.isEmpty, "\(result)")
            #expect(result.errors.contains("\(setting)") && result.errors.contains("another application keeps"))
        }
        #expect(try links() == "")
    }

    @Test func `an address of a site must be one`() throws {
        for url in ["a.example", "https://a.example/path", "javascript:alert(1)", ""] {
            let result = try reset("ann", "--url", url)
            #expect(result.status == .code(64) && result.output.isEmpty, "\(result)")
            #expect(result.errors.contains("such as https://www.example.org"), "\(result)")
        }
        #expect(try links() == "")
    }

    @Test func `making an address is recorded and logged, with who did it and without the address`() throws {
        let result = try reset("ann")
        let code = result.output.split(separator: "=").last?.dropLast() ?? ""
        let line = try #require(try result.errors.auditLines("user_reset").first, "\(result)")
        #expect(line.message == "link for a new password made" && line["user"] == "1" && line["username"] == "ann")
        #expect(line["uid"] == "\(getuid())")
        #expect(
            try psql(
                """
                SELECT action, user_id, username, author LIKE '%uid \(getuid())%'
                  FROM authfcgi_audit ORDER BY number DESC LIMIT 1
                """) == "user_reset|1|ann|t")
        #expect(try run(["audit", "--user", "ann"]).output.contains("user_reset"))
        let record = try psql("SELECT string_agg(a::text, ' ') FROM authfcgi_audit a")
        for text in [result.errors, record] { #expect(!code.isEmpty && !text.contains(code.dropFirst(4))) }
    }
}
