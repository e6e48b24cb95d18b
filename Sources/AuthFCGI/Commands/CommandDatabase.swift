internal import ArgumentParser
internal import Logging
internal import Sessions

/// The database of a command other than `serve`. Its methods print errors to standard error and throw the exit code.
struct CommandDatabase {
    let connection: PostgreSQLConnection
    private let settings: Settings
    let log: Logger

    /// The time limit of the server's first answers.
    private static let deadline = Duration.seconds(10)

    /// Connects to a primary without changing anything.
    init(_ settings: Settings, _ log: Logger) throws(ExitCode) {
        self.settings = settings
        self.log = log
        connection = try CommandFailure.reporting { () throws(PostgreSQLError) in
            let connection = try PostgreSQLConnection(
                settings.databaseURL, applicationName: ApplicationName.command(on: HostName.current), log: log)
            try connection.introduce(isPooled: !settings.preparesStatements, deadline: Self.deadline)
            try connection.enterSchema(settings.databaseSchema, deadline: Self.deadline)
            // Some commands take longer than the time limits of a role may allow.
            if connection.keepsState { try connection.setTimeLimits(deadline: Self.deadline) }
            connection.author = SystemUser.current
            return connection
        }
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

    /// Connects for any other command, which has nothing to do in a database without tables: it neither makes tables nor
    /// updates them.
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

    private var migrations: Migrations { migrations(applies: true) }

    private func migrations(applies: Bool) -> Migrations {
        Migrations(
            schema: settings.databaseSchema, lifetime: settings.sessionLifetime,
            rememberedLifetime: settings.sessionRememberedLifetime, applies: applies)
    }

    /// Finds out what 'serve' would do to the tables, without a change.
    func rehearseMigrations() throws(ExitCode) -> Migrations.Rehearsal {
        try CommandFailure.reporting { () throws(PostgreSQLError) in
            try migrations(applies: settings.migrateOnStart).rehearse(on: connection)
        }
    }

    /// Finds what is wrong with the rights, owners and triggers of the tables, which are up to date.
    func faults() throws(ExitCode) -> [SchemaFault] {
        try CommandFailure.reporting { () throws(PostgreSQLError) in
            try migrations(applies: settings.migrateOnStart).rehearseInspection(on: connection, log: log)
        }
    }

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

    /// Performs `work` on the record of changes.
    func records<T>(_ work: (borrowing AuditRecords) throws(PostgreSQLError) -> T) throws(ExitCode) -> T {
        try CommandFailure.reporting { () throws(PostgreSQLError) in
            try work(AuditRecords(connection))
        }
    }

    /// Checks that a users query can work.
    func check(_ query: UsersQuery) throws(ExitCode) -> UsersQueryCheck.Findings {
        try CommandFailure.reporting { () throws(PostgreSQLError) in
            try UsersQueryCheck(connection).run(query)
        }
    }

    /// Looks up a user.
    func find(_ name: UserName) throws(ExitCode) -> UserDirectory.Answer {
        try CommandFailure.reporting { () throws(PostgreSQLError) in
            try UserDirectory(connection).find(name.text)
        }
    }
}
