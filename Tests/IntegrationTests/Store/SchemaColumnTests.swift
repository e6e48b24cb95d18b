import Logging
import TestSupport
import Testing

@testable import Sessions

/// The tables themselves: the lists of their columns, keys, constraints and indexes, and what is said of those that are gone or
/// changed.
@Suite struct SchemaColumnTests {
    private let database: FunctionDatabase
    private let log = RecordedLog()

    init() throws {
        database = try FunctionDatabase()
    }

    private var migrations: Migrations { Migrations(schema: nil, lifetime: .seconds(86400)) }

    private func connection() throws -> PostgreSQLConnection {
        try PostgreSQLConnection(database.server.url(database: database.name), log: log.logger)
    }

    private func faults() throws -> [SchemaFault] {
        try SchemaFaultLog.relevant(migrations.faults(on: connection(), "public"))
    }

    @Test func `the lists of columns and keys are what the migrations create`() throws {
        let columns = SchemaObjects.singleColumns.map { column in
            let null = column.isNullable ? "null" : ""
            return "\(column.table)|\(column.name)|\(column.type)|\(null)|\(column.filling.rawValue)"
        }
        let createdColumns = try database.sql(
            """
            SELECT l.line FROM (
                SELECT concat_ws('|', c.relname, a.attname,
                                 replace(format_type(a.atttypid, a.atttypmod), 'timestamp with time zone', 'timestamptz'),
                                 CASE WHEN a.attnotnull THEN '' ELSE 'null' END,
                                 CASE WHEN a.attidentity <> '' THEN 'identity' WHEN a.attgenerated <> '' THEN 'generated'
                                      WHEN a.atthasdef THEN 'default' ELSE '' END) AS line
                  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
                 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r') l
             ORDER BY l.line COLLATE "C"
            """)
        #expect(columns.sorted().joined(separator: "\n") == createdColumns)
        let keys = SchemaObjects.keys.map { "\($0.table) \($0.type) (\($0.columns))" }
        let createdKeys = try database.sql(
            """
            SELECT concat(conrelid::regclass, ' ', pg_get_constraintdef(oid)) FROM pg_constraint
             WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u')
             ORDER BY concat(conrelid::regclass, ' ', pg_get_constraintdef(oid)) COLLATE "C"
            """)
        #expect(keys.sorted().joined(separator: "\n") == createdKeys)
    }

    @Test func `the lists of constraints, indexes and UNLOGGED tables are what the migrations create`() throws {
        let checks = SchemaObjects.singleChecks.map { "\($0.table) \($0.name)" }
        let createdChecks = try database.sql(
            """
            SELECT concat(conrelid::regclass, ' ', conname) FROM pg_constraint
             WHERE connamespace = 'public'::regnamespace AND contype NOT IN ('p', 'u', 't', 'n')
             ORDER BY concat(conrelid::regclass, ' ', conname) COLLATE "C"
            """)
        #expect(checks.sorted().joined(separator: "\n") == createdChecks)
        let indexes = SchemaObjects.indexes.map { "\($0.table) \($0.name) \($0.definition)" }
        let createdIndexes = try database.sql(
            """
            SELECT l.line FROM (
                SELECT concat_ws(' ', i.indrelid::regclass, c.relname,
                                 regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING ', '')) AS line
                  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                 WHERE c.relnamespace = 'public'::regnamespace AND NOT i.indisunique) l
             ORDER BY l.line COLLATE "C"
            """)
        #expect(indexes.sorted().joined(separator: "\n") == createdIndexes)
        let unlogged = try database.sql(
            """
            SELECT relname FROM pg_class
             WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relpersistence <> 'p'
            """)
        #expect(SchemaObjects.unlogged.joined(separator: "\n") == unlogged)
    }

    static let changes: [(String, SchemaFault.Kind, String)] = [
        (
            "ALTER TABLE user_epochs SET UNLOGGED", .unlogged,
            "the table user_epochs is UNLOGGED: a crash of PostgreSQL empties such a table, which brings ended sessions back or ends all: when nobody needs the table, which is locked and rewritten, the role postgres runs, in this database: ALTER TABLE public.user_epochs SET LOGGED"
        ),
        (
            "ALTER TABLE redis_seal_keys SET LOGGED", .logged,
            "the table redis_seal_keys is not UNLOGGED: replicas, base backups and archives have the keys that seal sessions in Redis: when nobody needs the table, which is locked and rewritten, the role postgres runs, in this database: ALTER TABLE public.redis_seal_keys SET UNLOGGED"
        ),
        (
            "ALTER TABLE session_tokens ALTER user_epoch DROP NOT NULL, ALTER expires_at DROP NOT NULL", .nullable,
            "2 columns (expires_at of session_tokens, user_epoch of session_tokens) may be NULL, which comparisons of the gate do not expect: after rows that are NULL there were deleted or given a value (otherwise each statement fails), the role postgres runs, in this database: ALTER TABLE public.session_tokens ALTER COLUMN expires_at SET NOT NULL; ALTER TABLE"
        ),
        (
            "ALTER TABLE user_epochs DROP CONSTRAINT user_epochs_check", .definition,
            "the tables are not as the migrations have left them: constraint user_epochs_check of user_epochs is gone: compare them with new tables"
        ),
        (
            """
            ALTER TABLE user_epochs DROP CONSTRAINT user_epochs_check;
            ALTER TABLE user_epochs ADD CONSTRAINT user_epochs_check CHECK (true) NOT VALID
            """, .definition,
            "the tables are not as the migrations have left them: constraint user_epochs_check of user_epochs is not valid: compare them with new tables"
        ),
        (
            "ALTER TABLE session_tokens ALTER session_id DROP DEFAULT; ALTER TABLE authfcgi_audit ALTER number DROP IDENTITY",
            .definition,
            "the tables are not as the migrations have left them: default of session_id of session_tokens is gone, identity of number of authfcgi_audit is gone: "
        ),
        (
            "ALTER TABLE authfcgi_users ALTER username_key DROP EXPRESSION", .definition,
            "the tables are not as the migrations have left them: expression of username_key of authfcgi_users is gone: "
        ),
        (
            "ALTER TABLE login_devices ALTER user_id TYPE varchar(300)", .definition,
            "the tables are not as the migrations have left them: type of user_id of login_devices is another one: "
        ),
        (
            "CREATE RULE keep AS ON DELETE TO session_tokens DO INSTEAD NOTHING", .rule,
            "the rule keep ON public.session_tokens does something else instead of changes of the gate's tables: the role postgres runs, in this database: DROP RULE keep ON public.session_tokens"
        ),
        (
            "DROP INDEX session_tokens_user_id_idx", .index,
            "the tables lack the index session_tokens_user_id_idx: the gate works, and slowly: the role postgres runs, in this database: CREATE INDEX CONCURRENTLY session_tokens_user_id_idx ON public.session_tokens USING btree (user_id, "
        ),
        (
            "DROP INDEX user_epochs_untidied_idx", .index,
            "the tables lack the index user_epochs_untidied_idx: the gate works, and slowly: the role postgres runs, in this database: CREATE INDEX CONCURRENTLY user_epochs_untidied_idx"
        ),
        // As CREATE INDEX CONCURRENTLY leaves one that was interrupted.
        (
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'user_epochs_ended_idx'::regclass", .index,
            "the tables lack the index user_epochs_ended_idx: the gate works, and slowly: the role postgres runs, in this database: DROP INDEX CONCURRENTLY public.user_epochs_ended_idx; CREATE INDEX CONCURRENTLY"
        ),
    ]

    @Test(arguments: changes)
    func `a change of a table is found, and migrate says what its owner has to run`(
        _ sql: String, _ kind: SchemaFault.Kind, _ text: String
    ) throws {
        try database.sql(sql)
        let found = try faults()
        #expect(found.map(\.kind) == [kind], "\(found.map(\.text))")
        let fault = try #require(found.first)
        #expect(fault.text.hasPrefix(text), "\(fault.text)")
        #expect(!fault.preventsStart && fault.isWarning == (kind == .index))
        if fault.isWarning {
            try migrations.putRight(on: connection(), log: log.logger)
            #expect(log.text.contains(fault.text), "\(log.text)")
        } else {
            let error = #expect(throws: PostgreSQLError.self) {
                try migrations.putRight(on: connection(), log: log.logger)
            }
            #expect(error?.reason == "\(fault.fact): \(fault.remedyOfAdministrator)")
        }
        #expect(try faults() == found)
        guard !fault.remedies.isEmpty else { return }
        for remedy in fault.remedies { try database.sql(remedy) }
        #expect(try faults() == [])
    }

    @Test func `other names, options and more indexes are no faults`() throws {
        try database.sql(
            """
            ALTER INDEX authfcgi_audit_action_idx SET (fillfactor = 50);
            ALTER INDEX user_epochs_ended_idx RENAME TO ended;
            CREATE INDEX by_label ON session_tokens (label);
            CREATE RULE told AS ON DELETE TO session_tokens DO ALSO NOTIFY deleted;
            ALTER TABLE session_tokens ADD COLUMN device text CHECK (device <> '')
            """)
        #expect(try faults() == [])
    }

    @Test func `a lock on a table delays nothing`() throws {
        let lock = try connection()
        try lock.script("BEGIN; LOCK TABLE session_tokens, user_epochs IN ACCESS EXCLUSIVE MODE", deadline: .seconds(5))
        #expect(try faults() == [])
        try lock.script("COMMIT", deadline: .seconds(5))
    }

    @Test func `columns and keys that are gone are named, with the statement that makes a key again`() throws {
        try database.sql(
            """
            ALTER TABLE session_tokens DROP CONSTRAINT session_tokens_pkey; ALTER TABLE authfcgi_users DROP COLUMN email
            """)
        let found = try faults()
        #expect(found.map(\.kind) == [.key, .missing], "\(found.map(\.text))")
        let key = "the tables lack the constraint PRIMARY KEY (token_hash) of session_tokens"
        let column = "the tables are incomplete, without column email of authfcgi_users: restore a complete dump; "
        #expect(found.first?.text == "\(key): run authfcgi migrate")
        #expect(found.last?.text.hasPrefix(column) == true)
        let error = #expect(throws: PostgreSQLError.self) {
            try migrations.putRight(on: connection(), log: log.logger)
        }
        let statement = "ALTER TABLE public.session_tokens ADD PRIMARY KEY (token_hash)"
        #expect(
            error?.reason.hasPrefix("\(key): an administrator runs, in this database: \(statement); and \(column)")
                == true, "\(error?.reason ?? "")")
        try database.sql(statement)
        #expect(try faults().map(\.kind) == [.missing])
    }
}
