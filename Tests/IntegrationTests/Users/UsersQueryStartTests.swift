import Glibc
import TestSupport
import Testing

@testable import Sessions

/// A users query that cannot work prevents the program's start; one that fails later affects logins only.
@Suite struct UsersQueryStartTests {
    private let folder: TestFolder
    private let users: ForeignUsers

    init() throws {
        folder = try TestFolder()
        users = try ForeignUsers.django()
    }

    private func check(_ environment: [String: String]) throws -> CommandResult {
        let url = ["DATABASE_URL": users.database.url, "LISTEN": "unix:\(folder.path("check.sock"))"]
        return try ServerProcess.run(
            GateProcess.executable, ["config", "check"], environment: url.merging(environment) { $1 })
    }

    @Test(arguments: [
        (["USERS_QUERY": "SELEC"], "syntax error at or near \"SELEC\""),
        (["USERS_QUERY": "SELECT id, password AS password_hash FROM nowhere WHERE name = $1"], "\"nowhere\" does not"),
        (["USERS_QUERY": "SELECT id, password FROM auth_user WHERE username = $1"], "no column password_hash"),
        (
            ["USERS_QUERY": "SELECT username, password AS password_hash FROM auth_user WHERE username = $1"],
            "no column id"
        ),
        (["USERS_QUERY": "SELECT id, password AS password_hash FROM auth_user"], "takes 0 parameters"),
        (
            ["USERS_QUERY": "SELECT id, password AS password_hash FROM auth_user WHERE username = $1 AND email = $2"],
            "takes 2 parameters"
        ),
        (["USERS_QUERY": "SELECT id, password AS password_hash FROM auth_user WHERE id = $1"], "with integer"),
        (
            ["USERS_QUERY": "SELECT id, id, password AS password_hash FROM auth_user WHERE username = $1"],
            "several columns called id"
        ),
        (
            ["USERS_QUERY": "DELETE FROM auth_user WHERE username = $1 RETURNING id, password AS password_hash"],
            "write one plain SELECT"
        ),
        (["USERS_PRESET": "laravel"], "USERS_PRESET laravel does not work: relation \"users\" does not exist"),
        (
            ["USERS_PRESET": "django", "USERS_REHASH": "UPDATE auth_user SET password = $1"],
            "USERS_REHASH takes 1 parameters"
        ),
        (
            ["USERS_PRESET": "django", "USERS_REHASH": "UPDATE auth_user SET pasword = $1 WHERE id = $2"],
            "USERS_REHASH does not work: column \"pasword\""
        ),
    ])
    func `a query that cannot work ends the start and the check with 78 and advice`(
        environment: [String: String], what: String
    ) throws {
        let checked = try check(environment)
        #expect(checked.status == .code(78))
        #expect(checked.errors.contains(what), "\(checked)")
        let gate = try users.gate(in: folder, environment, waits: false)
        #expect(try gate.waitForExit() == .code(78))
        #expect(gate.log.contains("CRITICAL: ") && gate.log.contains(what), "\(gate.log)")
    }

    @Test func `a working query is confirmed, and an unreachable database is not reported as its fault`() throws {
        let good = try check(["USERS_PRESET": "django"])
        #expect(good.status == .code(0))
        #expect(
            good.output.contains(
                "django returns the columns id, password_hash, username, name, email, groups, disabled."))
        #expect(try check([:]).output.contains("Logins are for the gate's own users."))
        let away = ["DATABASE_URL": "postgresql:///x?host=\(folder.path("nowhere"))", "USERS_PRESET": "django"]
        #expect(try check(away).status == .code(69))
    }

    @Test func `Django's user signs in, and without the table logins are answered 503 and checks continue`() throws {
        let gate = try users.gate(in: folder, ["USERS_PRESET": "django"])
        let answer = try gate.logIn("ann", "correct horse")
        let token = try #require(answer.json?["token"], "\(answer)")
        #expect(answer.json?["user_id"] == "1")
        #expect(try gate.logIn("ann", "wrong").status == 401)
        let long = String(repeating: "n", count: 255)
        for name in ["nobody", "o'hara", "' OR '1'='1", "jürgen", long] {
            #expect(try gate.logIn(name, "correct horse").status == 401, "\(name)")
        }
        try users.database.psql("ALTER TABLE auth_user RENAME TO gone")
        for _ in 0..<3 {
            let refused = try gate.logIn("ann", "correct horse")
            #expect(refused.status == 503)
            #expect(refused.headers["Retry-After"] != nil)
            #expect(try gate.check(token) == 200)
        }
        let failure = "USERS_PRESET django failed: relation \"auth_user\" does not exist"
        try eventually("it is said", log: gate.log) { gate.lines(with: failure) >= 1 }
        #expect(gate.lines(with: failure) == 1)
        try users.database.psql("ALTER TABLE gone RENAME TO auth_user")
        #expect(try gate.logIn("ann", "correct horse").status == 200)
        #expect(try gate.logOut(token).status == 204)
    }

    @Test func `a worker replaced while the table is missing serves, and logins recover`()
        throws
    {
        let gate = try users.gate(in: folder, ["USERS_PRESET": "django"])
        let token = try #require(try gate.logIn("ann", "correct horse").json?["token"])
        try users.database.psql("ALTER TABLE auth_user RENAME TO gone")
        for number in 1...2 {
            let worker = try #require(try gate.workers.first)
            kill(worker, SIGKILL)
            try eventually("another worker") { try gate.workers.first.map { $0 != worker } ?? false }
            try eventually("it serves") { (try? gate.check(token)) == 200 }
            try eventually("it has said it", log: gate.log) {
                gate.lines(with: "ERROR: USERS_PRESET django does not work") == number
            }
        }
        #expect(try gate.logIn("ann", "correct horse").status == 503)
        try users.database.psql("ALTER TABLE gone RENAME TO auth_user")
        #expect(try gate.logIn("ann", "correct horse").status == 200)
    }
}
