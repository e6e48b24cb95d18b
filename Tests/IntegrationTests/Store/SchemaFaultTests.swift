import Logging
import TestSupport
import Testing

@testable import Sessions

/// What is looked at in the database: the list of the gate's objects, and each kind of fault.
@Suite struct SchemaFaultTests {
    let database: FunctionDatabase
    let log = RecordedLog()

    init() throws {
        database = try FunctionDatabase()
    }

    func connection(_ user: String = "postgres") throws -> PostgreSQLConnection {
        try PostgreSQLConnection(
            database.server.url(user: user.replacing(" ", with: "%20"), database: database.name), log: log.logger)
    }

    var migrations: Migrations { Migrations(schema: nil, lifetime: .seconds(86400)) }

    func faults(_ user: String = "postgres") throws -> [SchemaFault] {
        try SchemaFaultLog.relevant(migrations.faults(on: connection(user), "public"))
    }

    func putRight() throws { try migrations.putRight(on: connection(), log: log.logger) }

    @Test func `the list of objects is what the migrations create`() throws {
        let functions = SchemaObjects.functions.map { "\($0.name) \($0.runsAsOwner)" }
        let created = try database.sql(
            """
            SELECT proname || ' ' || prosecdef FROM pg_proc WHERE pronamespace = 'public'::regnamespace
             ORDER BY proname COLLATE "C"
            """)
        #expect(functions.sorted().joined(separator: "\n") == created)
        let triggers = SchemaObjects.triggers.map { "\($0.table) \($0.name)" }
        let createdTriggers = try database.sql(
            """
            SELECT concat(tgrelid::regclass, ' ', tgname) FROM pg_trigger WHERE NOT tgisinternal
             ORDER BY concat(tgrelid::regclass, ' ', tgname) COLLATE "C"
            """)
        #expect(triggers.sorted().joined(separator: "\n") == createdTriggers)
        let relations = try database.sql(
            """
            SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')
             ORDER BY relname COLLATE "C"
            """)
        #expect((SchemaObjects.relations + [Migrations.table]).sorted().joined(separator: "\n") == relations)
    }

    @Test func `tables that were just made have no fault, for their owner and for a role with the rights of a gate`()
        throws
    {
        #expect(try faults() == [])
        let role = "\(database.name) gate"
        try database.sql("CREATE ROLE \"\(role)\" LOGIN")
        let lacking = try faults(role)
        #expect(lacking.map(\.kind) == [.gate])
        #expect(
            lacking.first?.text.hasSuffix("): the role postgres runs authfcgi migrate --grant-to '\(role)'") == true,
            "\(lacking.map(\.text))")
        let owner = try connection()
        try owner.introduce(isPooled: false, deadline: .seconds(5))
        try owner.enterSchema(nil, deadline: .seconds(5))
        try Grants.run(to: role, on: owner)
        #expect(try faults(role) == [])
    }

    static let loseState = """
        ALTER TABLE authfcgi_state DISABLE TRIGGER authfcgi_state_keep_truncate; TRUNCATE authfcgi_state;
        ALTER TABLE authfcgi_state ENABLE ALWAYS TRIGGER authfcgi_state_keep_truncate
        """

    static let changes: [(String, SchemaFault.Kind, String)] = [
        (
            "GRANT EXECUTE ON FUNCTION create_access_token TO PUBLIC", .functionOfEverybody,
            "everybody may execute the function create_access_token: run authfcgi migrate"
        ),
        (
            "GRANT INSERT ON session_tokens TO PUBLIC; GRANT SELECT (key) ON session_keys TO PUBLIC", .tableOfEverybody,
            "everybody has rights on 2 tables (session_keys, session_tokens): run authfcgi migrate"
        ),
        (
            "GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC", .tableOfEverybody,
            "everybody has rights on \(SchemaObjects.relations.count + 1) tables ("
        ),
        (
            "GRANT SELECT (email) ON live_sessions TO PUBLIC", .tableOfEverybody,
            "everybody has rights on the table live_sessions: run authfcgi migrate"
        ),
        (
            "ALTER FUNCTION end_user_sessions SECURITY DEFINER", .function,
            "the function end_user_sessions runs with other rights or another search path than intended: run authfcgi migrate"
        ),
        (
            "ALTER FUNCTION revoke_session RESET search_path", .function,
            "the function revoke_session runs with other rights or another search path than intended: run authfcgi migrate"
        ),
        (
            "ALTER TABLE user_epochs DISABLE TRIGGER user_epochs_keep_delete", .trigger,
            "the trigger user_epochs_keep_delete ON public.user_epochs does not always run, and so not every revocation takes effect in time: run authfcgi migrate"
        ),
        (
            "GRANT SELECT ON authfcgi_migrations TO pg_monitor; ALTER TABLE session_tokens ENABLE ROW LEVEL SECURITY",
            .rowSecurity,
            "row level security hides rows of the table session_tokens from the gate: run authfcgi migrate"
        ),
        // As pg_restore --data-only --disable-triggers does.
        (
            "ALTER TABLE session_tokens DISABLE TRIGGER ALL; ALTER TABLE session_tokens ENABLE TRIGGER ALL", .trigger,
            "5 triggers (session_tokens_announce_delete ON public.session_tokens, "
        ),
        (
            """
            CREATE TABLE people (id text, password text); SELECT authfcgi_watch_users('people', 'id', 'password');
            ALTER TABLE people ENABLE TRIGGER authfcgi_watch_delete_end
            """, .trigger, "the trigger authfcgi_watch_delete_end ON public.people does not always run"
        ),
        (
            "REVOKE EXECUTE ON FUNCTION get_user_from_token FROM authfcgi_mint", .applications,
            "members of authfcgi_mint lack the right EXECUTE ON FUNCTION get_user_from_token: run authfcgi migrate"
        ),
        (loseState, .rows, "the table authfcgi_state has lost its row: run authfcgi migrate"),
        (
            """
            DELETE FROM session_limits; DELETE FROM login_throttle_secret; DELETE FROM session_cleanup;
            DELETE FROM session_channel
            """, .rows,
            "4 tables (login_throttle_secret, session_channel, session_cleanup, session_limits) have lost their rows: run authfcgi migrate"
        ),
    ]

    @Test(arguments: changes)
    func `a change by hand is found, and put right`(_ sql: String, _ kind: SchemaFault.Kind, _ text: String) throws {
        try database.sql(sql)
        let found = try faults()
        #expect(found.map(\.kind) == [kind])
        #expect(found.first?.text.hasPrefix(text) == true, "\(found.map(\.text))")
        #expect(found.first?.isOpen == (kind == .functionOfEverybody || kind == .tableOfEverybody))
        try putRight()
        #expect(try faults() == [])
        #expect(log.text.contains("put right: "), "\(log.text)")
    }

    @Test func `a lost row of epochs comes back with the last epoch, which the sessions have kept`() throws {
        try database.create("ended")
        try database.sql("SELECT revoke_all_sessions()")
        try database.create("live")
        try database.sql(Self.loseState)
        #expect(try database.live() == [])
        try putRight()
        #expect(try database.sql("SELECT epoch, ended_before FROM authfcgi_state") == "1|1")
        #expect(try database.live() == ["live"])
    }

    @Test(arguments: [
        loseState,
        SchemaObjects.triggers.filter { $0.table == "session_tokens" }
            .map { "DROP TRIGGER \($0.name) ON session_tokens" }.joined(separator: "; "),
    ])
    func `applications get an error, and not NULL, for a token without a row while rows are missing`(
        _ loss: String
    ) throws {
        let call = "SELECT get_user_from_token_hash(\(FunctionDatabase.hash("unknown"))) IS NULL"
        #expect(try database.sql(call) == "t")
        try database.sql(loss)
        let error = #expect(throws: (any Error).self) { try database.sql(call) }
        #expect("\(error, default: "")".contains("the tables of authfcgi lack rows"))
    }

    @Test func `objects that are missing are named, and nothing is made in their place`() throws {
        try database.sql(
            "DROP FUNCTION has_untidied_users; DROP TRIGGER user_epochs_keep_delete ON user_epochs; DROP TABLE login_devices"
        )
        let found = try faults()
        #expect(
            found.map(\.text) == [
                "the tables are incomplete, without function has_untidied_users, table login_devices, trigger user_epochs_keep_delete ON public.user_epochs: restore a complete dump; if no session and no user is to be kept, make the tables anew in an empty schema"
            ])
        let error = #expect(throws: PostgreSQLError.self) { try putRight() }
        #expect(error?.reason == found.first?.text)
    }

    @Test func `a view in the place of a table is not the gate's`() throws {
        try database.sql(
            "ALTER TABLE hashing_costs RENAME TO costs; CREATE VIEW hashing_costs AS SELECT * FROM costs")
        let found = try faults()
        #expect(found.map(\.kind) == [.missing], "\(found.map(\.text))")
        #expect(found.first?.fact == "the tables are incomplete, without table hashing_costs")
    }

    @Test func `a function that another role owns is not missing, and the statement that gives it back is printed`()
        throws
    {
        let role = "\(database.name)_stranger"
        try database.sql("CREATE ROLE \(role); ALTER FUNCTION create_access_token OWNER TO \(role)")
        let found = try faults()
        #expect(found.map(\.kind) == [.owner], "\(found.map(\.text))")
        #expect(found.first?.advice.hasPrefix("an administrator runs, in this database: ALTER FUNCTION ") == true)
        let error = #expect(throws: PostgreSQLError.self) { try putRight() }
        let text =
            "the object create_access_token of the gate belongs to another role than postgres: an administrator runs, in this database: ALTER FUNCTION public.create_access_token("
        #expect(error?.reason.hasPrefix(text) == true, "\(error?.reason ?? "")")
        try database.sql(found.flatMap(\.remedies).joined(separator: "; "))
        #expect(try faults() == [])
    }

    @Test func `a role that may not listen for revocations is refused, and not told to connect directly`() throws {
        let role = "\(database.name)_listener"
        try database.sql("CREATE ROLE \(role) LOGIN")
        let gate = try connection(role)
        try gate.introduce(isPooled: false, deadline: .seconds(5))
        try gate.enterSchema(nil, deadline: .seconds(5))
        try gate.listen(deadline: .seconds(5))
        guard case .refused(let reason) = gate.notifications else {
            Issue.record("\(gate.notifications)")
            return
        }
        #expect(reason.contains("permission denied for function listen_for_revocations"), "\(reason)")
    }

    @Test func `a running store reports a fault, once while it lasts, and its end`() async throws {
        let pod = try await TestStore.start(
            database.server.url(database: database.name),
            configured: { $0.postgreSQL.inspectionInterval = .milliseconds(500) })
        try database.sql("ALTER TABLE session_tokens DISABLE TRIGGER session_tokens_announce_delete")
        let line = "the trigger session_tokens_announce_delete ON public.session_tokens does not always run"
        try eventually("the fault is in the log") { pod.log.text.contains("error") && pod.log.text.contains(line) }
        try putRight()
        try eventually("so is its end") {
            pod.log.text.contains("the tables' rights, owners and triggers are right again")
        }
    }
}
