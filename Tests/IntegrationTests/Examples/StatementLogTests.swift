import FoundationEssentials
import TestSupport
import Testing

/// What docs/sql.md says about tokens in PostgreSQL's log when an application passes one to a function.
@Suite(.serialized) struct StatementLogTests {
    private static let shared = OncePerSuite {
        let folder = try TestFolder()
        let server = try PostgreSQLServer(
            in: folder,
            settings: [
                "log_statement": "all", "log_min_duration_statement": "0", "log_parameter_max_length_on_error": "-1",
            ])
        try ServerProcess.output(
            GateProcess.executable, ["migrate"], environment: ["DATABASE_URL": server.url()])
        // Creates one role with the settings that docs/sql.md recommends, and one without them.
        try server.psql(String(contentsOfFile: Repository.path("deploy/examples/schema.sql"), encoding: .utf8))
        try server.psql("CREATE ROLE plain LOGIN; GRANT authfcgi_mint TO plain")
        return server
    }
    private let server: PostgreSQLServer

    init() throws {
        server = try Self.shared.get()
    }

    /// Returns whether a token is in the log after it was passed.
    private func logs(_ driver: Driver, as role: String, _ passing: Driver.Passing) throws -> Bool {
        let token = try server.psql("SELECT create_access_token('ann')", user: role)
        #expect(try driver.user(of: token, as: role, passing, at: server) == "ann")
        // The line is complete: PostgreSQL logs a statement before it responds, and its end before it accepts another
        // one.
        return server.log.contains(token)
    }

    @Test(arguments: Driver.allCases)
    func `a bound token is logged, unless the role's settings exclude parameters`(driver: Driver) throws {
        #expect(try logs(driver, as: "plain", .bound))
        #expect(try !logs(driver, as: "app", .bound))
    }

    @Test(arguments: Driver.allCases)
    func `a token passed as its hash is never logged`(driver: Driver) throws {
        #expect(try !logs(driver, as: "plain", .hashed))
        #expect(server.log.contains("get_user_from_token_hash"))
    }

    @Test(arguments: [Driver.psycopg, .pdo])
    func `a token that the driver writes into the statement is always logged`(driver: Driver) throws {
        #expect(try logs(driver, as: "app", .interpolated))
    }

    @Test func `a failed statement's token is logged, unless the role has the settings`()
        throws
    {
        for (role, isLogged) in [("plain", true), ("app", false)] {
            let token = try server.psql("SELECT create_access_token('ann')", user: role)
            let failing =
                "import psycopg, sys; psycopg.connect().execute('SELECT revoke_access_token(%s)::int / 0', sys.argv[1:])"
            let result = try ServerProcess.run(
                Example.python, ["-c", failing, token],
                environment: ["PGHOST": server.socketFolder, "PGUSER": role, "PGDATABASE": "postgres"])
            #expect(result.errors.contains("DivisionByZero"))
            let found = server.log.contains(token)
            #expect(found == isLogged)
        }
    }

    @Test func `errors of the functions do not log the token`() throws {
        let (before, refused) = (
            server.log.utf8.count, ["NULL", "'ann', groups => '{a,NULL}'", "'ann', lifetime => '0'"]
        )
        for parameters in refused {
            #expect(throws: SupportError.self) {
                try server.psql("SELECT create_access_token(\(parameters))", user: "plain")
            }
        }
        let log = String(decoding: Array(server.log.utf8)[before...], as: UTF8.self)
        #expect(log.split(separator: "\n").count { $0.contains("ERROR:") } == refused.count)
        #expect(!log.contains("afs_"))
    }
}
