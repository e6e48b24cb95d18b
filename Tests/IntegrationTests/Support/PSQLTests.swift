import Glibc
import TestSupport
import Testing

/// The function `psql` of the tests, a libpq session in this process, compared with the program.
@Suite struct PSQLTests {
    private let server: PostgreSQLServer

    init() throws {
        server = try SharedServers.postgreSQL.get()
    }

    private func program(_ script: String) throws -> CommandResult {
        try ServerProcess.run(
            ServerPrograms.postgreSQL("psql"), ["-XqAt", "-v", "ON_ERROR_STOP=1", "-d", server.url()], input: script)
    }

    @Test(arguments: [
        "SELECT 1; SELECT 2, NULL, 'x', true;\n", "SELECT ''", "SELECT '', 'a|b'; SELECT 1 WHERE false", "", " ;; ",
        "SELECT 'a;b', E'it\\'s;', E'\\\\'; SELECT 'c''d;', 'e\"f', 'back\\', $$g;$h$;$$, $t$;$$;$t$, \"x;y\"\n"
            + "  FROM (SELECT 1 AS \"x;y\", 2 AS a$b) s -- it's; not over\n WHERE a$b > 1; /* ; /* '; */ ; */ SELECT 'ü'",
        "SELECT E'two\\nlines'; SELECT 3 --", "DO $$ BEGIN RAISE WARNING 'nobody reads this'; END $$; SELECT 1",
        "CREATE TEMP TABLE t (a int); INSERT INTO t VALUES (1), (2); SELECT a FROM t ORDER BY a; SELECT count(*) FROM t",
        "BEGIN; CREATE TEMP TABLE t (a int) ON COMMIT DROP; SELECT count(*) FROM t; COMMIT; SELECT to_regclass('t')",
        """
        CREATE TEMP TABLE a (n int); CREATE TEMP TABLE b (n int);
        CREATE RULE twice AS ON INSERT TO a DO ALSO (INSERT INTO b VALUES (1); INSERT INTO b VALUES (2));
        INSERT INTO a VALUES (0); SELECT n FROM b ORDER BY n
        """,
    ])
    func `output equals that of psql`(script: String) throws {
        let written = try program(script)
        #expect(written.status.isSuccess, "\(written)")
        #expect(try server.psql(script) + (written.output.isEmpty ? "" : "\n") == written.output)
    }

    @Test func `a script ends at the first failure, and only a transaction is rolled back`() throws {
        for (number, begin) in ["", "BEGIN; "].enumerated() {
            let scripts = ["here", "there"].map { place in
                "\(begin)CREATE TABLE \(place)_\(number) (); SELECT 1 / 0; CREATE TABLE never ()"
            }
            #expect {
                try server.psql(scripts[0])
            } throws: { "\($0)".contains("ERROR:  division by zero") }
            let written = try program(scripts[1])
            #expect(!written.status.isSuccess && written.errors.contains("ERROR:  division by zero"), "\(written)")
            let names = "'here_\(number)', 'there_\(number)', 'never'"
            let tables = try server.psql("SELECT relname FROM pg_class WHERE relname IN (\(names)) ORDER BY 1")
            #expect(tables == (begin.isEmpty ? "here_\(number)\nthere_\(number)" : ""))
        }
    }

    @Test func `psql's meta-commands are refused, and no state survives a call`() throws {
        #expect(throws: SupportError.self) { try server.psql("SELECT 1 \\gexec") }
        try server.psql("SET application_name = 'left behind'; CREATE TEMP TABLE left_behind ()")
        #expect(try server.psql("SHOW application_name; SELECT to_regclass('left_behind')") == "psql\n")
        try eventually("the session is gone") {
            try server.psql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'left behind'") == "0"
        }
    }

    @Test func `queries leave their session to later ones, and any other statement ends it`() throws {
        func backend() throws -> Int32? { Int32(try server.psql("SELECT pg_backend_pid()")) }
        let first = try #require(try backend())
        #expect(try backend() == first)
        #expect(try server.psql("WITH a AS (SELECT 1 AS n) SELECT n, pg_backend_pid() FROM a") == "1|\(first)")
        for statement in ["SET work_mem = '1MB'", "SELECT set_config('work_mem', '1MB', false)", "BEGIN; COMMIT"] {
            let before = try backend()
            try server.psql(statement)
            #expect(try backend() != before)
        }
        // One that the server has ended is replaced.
        let before = try #require(try backend())
        kill(before, SIGTERM)
        try eventually("it has ended") { !ProcessInspector(before).exists }
        #expect(try backend() != before)
        #expect(throws: SupportError.self) { try server.psql("SELECT 1 / 0") }
        #expect(try server.psql("SELECT 1") == "1")
    }

    @Test func `the wait for a server is limited`() throws {
        let own = try PostgreSQLServer(in: TestFolder())
        try own.pause()
        #expect(throws: SupportError.self) { try own.psql("SELECT 1", within: .seconds(1)) }
        own.resume()
        #expect(throws: SupportError.self) { try own.psql("SELECT pg_sleep(20)", within: .seconds(1)) }
        #expect(try own.psql("SELECT 1") == "1")
        try own.restart()
        #expect(try own.psql("SELECT 2") == "2")
        try own.stop()
        #expect(throws: SupportError.self) { try own.psql("SELECT 3") }
    }
}
