internal import ArgumentParser
internal import Logging
internal import Sessions

/// The database of a command other than `serve`. Its methods print errors to standard error and throw the exit code.
struct CommandDatabase {
    private let opened: OpenDatabase
    var connection: PostgreSQLConnection { opened.connection }
    var settings: Settings { opened.settings }
    var log: Logger { opened.log }

    /// Connects to a primary without changing anything.
    init(_ settings: Settings, _ log: Logger) throws(ExitCode) {
        opened = try CommandFailure.reporting { () throws(PostgreSQLError) in try OpenDatabase(settings, log) }
    }

    /// Connects for a command that adds a user or a session. Makes the tables if there are none, unless MIGRATE_ON_START is
    /// off; only 'serve' and 'migrate' update tables.
    static func openOrMake(_ settings: Settings, _ log: Logger) throws(ExitCode) -> CommandDatabase {
        guard settings.migrateOnStart else { return try open(settings, log) }
        let database = try connect(settings, log)
        try CommandFailure.reporting { () throws(PostgreSQLError) in
            try database.migrations.runIfNew(on: database.connection, log: log)
        }
        return database
    }

    /// Connects for any other command, with the settings of its options. ``CommandLog/finish()`` is to be called at its end.
    static func open(_ options: CommandOptions) throws(ExitCode) -> CommandDatabase {
        let settings = options.load()
        return try open(settings, CommandLog.start(settings))
    }

    /// Connects for a command that has nothing to do in a database without tables: it neither makes tables nor updates them.
    static func open(_ settings: Settings, _ log: Logger) throws(ExitCode) -> CommandDatabase {
        let database = try connect(settings, log)
        try CommandFailure.reporting { () throws(PostgreSQLError) in
            _ = try database.migrations.look(on: database.connection)
        }
        return database
    }

    private static func connect(_ settings: Settings, _ log: Logger) throws(ExitCode) -> CommandDatabase {
        let database = try CommandDatabase(settings, log)
        // Behind a pooler, names are resolved in the search path that there is.
        if !database.connection.keepsState { try database.requireClosedSchema() }
        return database
    }

    private var migrations: Migrations { opened.migrations(applies: true) }

    /// Makes or updates the tables, and puts their rights and triggers right.
    func migrate() throws(ExitCode) -> Migrations.Outcome {
        try LongStep.run("looking at the tables") { step throws(ExitCode) in
            try CommandFailure.reporting { () throws(PostgreSQLError) in
                var migrations = self.migrations
                migrations.onStep = { number, name in
                    step.rename("migration \(number) of \(Migrations.latest) (\(name))")
                }
                return try migrations.runAndPutRight(on: connection, log: log)
            }
        }
    }

    /// Checks that nobody else can create objects in the schema of the tables.
    func requireClosedSchema() throws(ExitCode) {
        try CommandFailure.reporting { () throws(PostgreSQLError) in
            try migrations.requireClosedSchema(on: connection)
        }
    }

    /// Checks that `name` is a role that the use of the tables can be granted to.
    func requireRole(_ name: String) throws(ExitCode) {
        let exists = try CommandFailure.reporting { () throws(PostgreSQLError) in
            try Grants.isRole(name, on: connection)
        }
        guard !exists else { return }
        throw CommandFailure.fail(
            name.lowercased() == "public"
                ? "PUBLIC is every role of the server, which could read password hashes and keys; name the one role of the gate"
                : "there is no role \(PrintableText.of(name)) in pg_roles; create it: CREATE ROLE … LOGIN",
            code: CommandFailure.dataCode)
    }

    /// Grants a role the use of the tables.
    func grant(to role: String) throws(ExitCode) {
        try CommandFailure.reporting { () throws(PostgreSQLError) in
            try Grants.run(to: role, on: connection)
        }
    }

    /// Performs `work` on the gate's own users.
    func accounts<T>(_ work: (borrowing UserAccounts) throws(PostgreSQLError) -> T) throws(ExitCode) -> T {
        try CommandFailure.reporting { () throws(PostgreSQLError) in
            try work(UserAccounts(connection))
        }
    }

    /// Performs `work` on the sessions.
    func sessions<T>(_ work: (borrowing SessionAdministration) throws(PostgreSQLError) -> T) throws(ExitCode) -> T {
        try CommandFailure.reporting { () throws(PostgreSQLError) in
            try work(SessionAdministration(connection))
        }
    }

    /// Makes a new key for tokens.
    /// - Returns: Its number.
    func rotateKey() throws(ExitCode) -> Int {
        try CommandFailure.reporting { () throws(PostgreSQLError) in try TokenKeyRotation(connection).run() }
    }

    /// Performs `work` on the record of changes.
    func records<T>(_ work: (borrowing AuditRecords) throws(PostgreSQLError) -> T) throws(ExitCode) -> T {
        try CommandFailure.reporting { () throws(PostgreSQLError) in
            try work(AuditRecords(connection))
        }
    }

    /// Looks up a user.
    func find(_ name: UserName) throws(ExitCode) -> UserDirectory.Answer {
        try CommandFailure.reporting { () throws(PostgreSQLError) in
            try UserDirectory(connection).find(name.text)
        }
    }
}
