import TestSupport
import Testing

/// The secrets in the gate's own statements, and thereby in PostgreSQL's log.
@Suite(.leavesCleanLogs) struct GateStatementTests {
    private static let passwords = ["first horse battery", "second horse battery"]

    @Test func `passwords reach PostgreSQL only as hashes, even if it logs parameters`() throws {
        let site = try Site(workers: 1)
        let pod = site.pod
        try pod.gate.addUser("ann", password: Self.passwords[0])
        let login = try pod.logIn("ann", Self.passwords[0])
        let token = try #require(try object(login)["token"]?.text)
        RunRecord.note(secret: token)
        RunRecord.note(secret: Self.passwords[1])
        let change = try pod.client().post(
            "/auth/password", #"{"current_password":"\#(Self.passwords[0])","new_password":"\#(Self.passwords[1])"}"#,
            headers: [bearer(token)])
        #expect(change.status == 204)
        #expect(try pod.client().post("/auth/logout", "", headers: [bearer(token)]).status == 204)

        let log = site.postgreSQL.log
        for secret in Self.passwords + [token] {
            let isLogged = log.contains(secret)
            #expect(!isLogged)
        }
        let hash = try site.postgreSQL.psql("SELECT password_hash FROM authfcgi_users WHERE username = 'ann'")
        #expect(hash.hasPrefix("$argon2id$"))
        #expect(log.contains(hash))
    }

    @Test func `the code of a link reaches PostgreSQL only as its hash`() throws {
        let site = try Site(workers: 1)
        let gate = site.pod.gate
        try gate.addUser("ann", password: Self.passwords[0])
        let address = try ServerProcess.output(
            GateProcess.executable, ["user", "reset", "ann"],
            environment: ["DATABASE_URL": site.postgreSQL.url(database: "postgres")])
        let code = try #require(address.split(separator: "=").last).prefix { $0 != "\n" }
        RunRecord.note(secret: String(code))
        #expect(try gate.load("/auth/reset", query: "code=\(code)").status == 200)
        let fields = [
            ("code", String(code)), ("new_password", Self.passwords[1]), ("repeated_password", Self.passwords[1]),
        ]
        #expect(try gate.submitForm("/auth/reset", fields).status == 303)
        let log = site.postgreSQL.log
        for secret in [code.dropFirst(4), Self.passwords[1][...]] {
            let isLogged = log.contains(secret)
            #expect(!isLogged)
        }
        #expect(log.contains("use_password_reset"))
    }
}
