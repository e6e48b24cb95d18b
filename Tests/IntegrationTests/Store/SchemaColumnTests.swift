import Logging
import TestSupport
import Testing

@testable import Sessions

/// The columns and keys of the tables: the lists of them, and what is said of those that are gone.
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
        let columns = SchemaObjects.singleColumns.map { "\($0.table) \($0.name)" }
        let createdColumns = try database.sql(
            """
            SELECT c.relname || ' ' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
             ORDER BY (c.relname || ' ' || a.attname) COLLATE "C"
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
