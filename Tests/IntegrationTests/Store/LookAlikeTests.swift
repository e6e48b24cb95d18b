import Foundation
import TestSupport
import Testing

@testable import Sessions

/// A hostile search path: everything that the gate's SQL names has look-alikes that fit as well or better, in each schema
/// of it, before `pg_catalog`. None of them runs.
@Suite struct LookAlikeTests: RunsCommands {
    let server: PostgreSQLServer
    let database = "hostile"
    private let folder: TestFolder
    private let lookAlikes: LookAlikes

    /// The gate's role, for which the search path has a schema of a stranger's.
    private let role = "gate_role"
    /// An application that calls the SQL functions.
    private let application = "application"

    var commandEnvironment: [String: String] {
        ["DATABASE_URL": server.url(user: role, database: database), "DATABASE_SCHEMA": "gate"]
    }

    init() throws {
        folder = try TestFolder()
        server = try PostgreSQLServer(in: folder)
        try server.createDatabase("reference")
        try ServerProcess.output(
            GateProcess.executable, ["migrate"], environment: ["DATABASE_URL": server.url(database: "reference")])
        try server.psql(
            """
            CREATE ROLE \(role) LOGIN; CREATE ROLE stranger; CREATE ROLE \(application) LOGIN;
            GRANT authfcgi_mint TO \(application);
            CREATE DATABASE \(database);
            ALTER DATABASE \(database) SET search_path = "$user", public, gate, pg_catalog
            """)
        lookAlikes = try LookAlikes(on: server, database, of: Self.text(on: server))
        try psql(
            """
            CREATE SCHEMA gate AUTHORIZATION \(role); GRANT CREATE ON SCHEMA public TO PUBLIC;
            CREATE SCHEMA \(role) AUTHORIZATION stranger; GRANT USAGE ON SCHEMA \(role) TO PUBLIC
            """)
        try lookAlikes.make(in: "public")
        try lookAlikes.makeCasts(in: role)
    }

    /// All SQL of the gate: the definitions in the database, and the source of the statements.
    private static func text(on server: PostgreSQLServer) throws -> String {
        let definitions = try server.psql(
            """
            SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace;
            SELECT pg_get_viewdef(oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v';
            SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace;
            SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef;
            SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
             WHERE c.relnamespace = 'public'::regnamespace;
            SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
            """, database: "reference")
        let folder = Repository.path("Sources/Sessions")
        let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        let statements = try files.filter { $0.hasPrefix("PostgreSQL/") && $0.hasSuffix(".swift") }.map {
            try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8)
        }
        return definitions + statements.joined()
    }

    private func expectNoneRan(_ when: String) {
        let ran = lookAlikes.ran
        #expect(ran.isEmpty, "\(when): \(ran.count) lines, \(ran.prefix(5))")
    }

    @Test func `look-alikes beside all that the gate's SQL uses do not run`() throws {
        // Thousands of them, and they run where names are resolved by this path.
        #expect(try lookAlikes.count(in: "public") > 10_000)
        #expect(try lookAlikes.count(in: role) > 50)

        let migrated = try run(["migrate"])
        #expect(migrated.status.isSuccess, "\(migrated)")
        expectNoneRan("migrate")
        try expectFixedNames()
        try callFunctions()
        expectNoneRan("SQL functions")
        try changeTables()
        expectNoneRan("triggers")

        // Now beside the gate's own functions too: with fewer parameters, and with other types.
        try lookAlikes.make(in: "gate", beside: "gate")
        #expect(try psql("SELECT count(*) FROM pg_proc WHERE proname = 'create_session'", restricted: true) != "1")
        try useGate()
        expectNoneRan("serve and commands")

        try server.psql("SELECT convert_to('x', 'UTF8'), 2.0 * 3", database: database, user: role)
        #expect(lookAlikes.ran.count >= 2)
    }

    /// Every function has the search path, and nothing that was resolved at its creation is a stranger's.
    private func expectFixedNames() throws {
        let paths = try psql(
            """
            SELECT DISTINCT (SELECT c FROM pg_catalog.unnest(p.proconfig) c WHERE c LIKE 'search_path=%')
              FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'gate'::pg_catalog.regnamespace
            """, restricted: true)
        #expect(paths == "search_path=pg_catalog, pg_temp")
        let strangers = try psql(
            """
            WITH ours AS (
                SELECT oid, 'pg_class'::regclass AS class FROM pg_class WHERE relnamespace = 'gate'::regnamespace
                UNION ALL SELECT oid, 'pg_proc'::regclass FROM pg_proc WHERE pronamespace = 'gate'::regnamespace
                UNION ALL SELECT oid, 'pg_type'::regclass FROM pg_type WHERE typnamespace = 'gate'::regnamespace
                UNION ALL SELECT oid, 'pg_constraint'::regclass FROM pg_constraint WHERE connamespace = 'gate'::regnamespace
                UNION ALL SELECT d.oid, 'pg_attrdef'::regclass FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid
                           WHERE c.relnamespace = 'gate'::regnamespace
                UNION ALL SELECT r.oid, 'pg_rewrite'::regclass FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
                           WHERE c.relnamespace = 'gate'::regnamespace
                UNION ALL SELECT t.oid, 'pg_trigger'::regclass FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
                           WHERE c.relnamespace = 'gate'::regnamespace)
            SELECT count(*), string_agg(pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid), ', ') FILTER (
                       WHERE d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass,
                                              'pg_class'::regclass, 'pg_cast'::regclass)
                         AND NOT EXISTS (SELECT FROM ours r WHERE r.oid = d.refobjid AND r.class = d.refclassid))
              FROM pg_depend d JOIN ours o ON o.oid = d.objid AND o.class = d.classid
            """, restricted: true)
        let columns = strangers.split(separator: "|", omittingEmptySubsequences: false)
        #expect(columns.count == 2 && (Int(columns[0]) ?? 0) > 50 && columns[1].isEmpty, "\(strangers)")
    }

    private func psql(_ sql: String, restricted: Bool) throws -> String {
        try psql("SET search_path = pg_catalog; \(sql)")
    }

    /// What people and administrators do.
    private func useGate() throws {
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1,
            environment: commandEnvironment.merging(["SESSION_IDLE_TIMEOUT": "1h", "SESSION_CLEANUP_INTERVAL": "1s"]) {
                $1
            })
        let added = try run(["user", "add", "ann", "--allow-weak", "--groups", "staff,admin"], input: "battery staple")
        #expect(added.status.isSuccess, "\(added)")
        let token = try #require(try object(gate.logIn("ann", "battery staple"))["token"]?.text)
        let another = try #require(try object(gate.logIn("ann", "battery staple"))["token"]?.text)
        #expect(try gate.logIn("ann", "no").status == 401)
        #expect(try gate.logIn("nobody", "no").status == 401)
        for path in ["/auth/me", "/auth/sessions"] {
            #expect(try gate.ask("GET", path, parameters: [GateProcess.bearer(token)]).status == 200)
        }
        let change = #"{"current_password":"battery staple","new_password":"correct horse battery"}"#
        let changed = try gate.ask(
            "POST", "/auth/password", parameters: [GateProcess.bearer(token), ("CONTENT_TYPE", "application/json")],
            body: Array(change.utf8))
        #expect(changed.status == 204, "\(changed)")
        #expect(try gate.check(token) == 200)
        #expect(try gate.check(another) == 401)
        #expect(try gate.logOut(token).status == 204)
        #expect(try gate.check(token) == 401)
        for command in [
            ["config", "check"], ["session", "create", "--new-user", "--user", "backup"],
            ["session", "create", "--user", "ann"], ["session", "list", "--user", "ann"], ["session", "count"],
            ["session", "refresh", "--user", "ann", "--groups", "staff"], ["session", "revoke", "--user", "ann"],
            ["session", "revoke", "--all", "--yes"], ["cleanup"], ["user", "list"], ["user", "disable", "ann"],
            ["user", "enable", "ann"], ["user", "reset", "ann"], ["user", "delete", "ann"], ["audit"],
            ["migrate", "--grant-to", application],
        ] {
            let result = try run(command)
            #expect(result.status.isSuccess, "\(command): \(result)")
        }
        _ = try gate.stop()
        #expect(!gate.log.contains("SQLSTATE"), "\(gate.log)")
    }

    /// What an application does, in a session with temporary objects of the same names.
    private func callFunctions() throws {
        let live = try server.psql(
            """
            CREATE TEMPORARY VIEW session_keys AS SELECT look_alikes.ran('temporary view');
            CREATE TEMPORARY VIEW session_tokens AS SELECT look_alikes.ran('temporary view');
            CREATE TEMPORARY VIEW live_sessions AS SELECT look_alikes.ran('temporary view');
            CREATE TEMPORARY VIEW user_epochs AS SELECT look_alikes.ran('temporary view');
            CREATE DOMAIN pg_temp.bytea AS pg_catalog.bytea CHECK (look_alikes.ran('temporary type'));
            CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (look_alikes.ran('temporary type'));
            CREATE TEMPORARY TABLE made (token pg_catalog.text);
            INSERT INTO made VALUES (gate.create_access_token('ann')), (gate.create_access_token('ann'));
            SELECT gate.get_user_from_token(token) FROM made;
            SELECT gate.update_user_sessions('ann', groups => '{staff}');
            SELECT gate.revoke_access_token(token) FROM made LIMIT 1;
            SELECT gate.revoke_user_sessions('ann')
            """, database: database, user: application)
        #expect(live == "ann\nann\n2\nt\n1")
    }

    /// What an administrator does to the tables, for the triggers and constraints.
    private func changeTables() throws {
        try server.psql(
            """
            SELECT gate.create_access_token('ann'), gate.create_access_token('bob'), gate.create_access_token('eve');
            INSERT INTO gate.authfcgi_users (username, password_hash, groups) VALUES ('ann', 'x', '{staff}');
            UPDATE gate.authfcgi_users SET password_hash = 'y'; DELETE FROM gate.authfcgi_users;
            UPDATE gate.session_tokens SET user_id = 'ann', label = 'x'; UPDATE gate.session_tokens SET groups = '{x}';
            DELETE FROM gate.session_tokens; SELECT gate.create_access_token('ann'); TRUNCATE gate.session_tokens;
            SELECT gate.rotate_session_key()
            """, database: database, user: role)
    }
}
