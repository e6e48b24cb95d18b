internal import Logging
internal import Sessions

/// A connection to the database of the settings, and what is found out there without a change.
struct OpenDatabase {
    let connection: PostgreSQLConnection
    let settings: Settings
    let log: Logger

    /// The time limit of the server's first answers.
    private static let deadline = Duration.seconds(10)
    /// The maximum wait for a lock outside transactions, as of a command that only reads.
    private static let lockWait = Duration.seconds(10)

    /// Connects to a primary without changing anything.
    init(_ settings: Settings, _ log: Logger) throws(PostgreSQLError) {
        self.settings = settings
        self.log = log
        connection = try PostgreSQLConnection(
            settings.databaseURL, applicationName: ApplicationName.command(on: HostName.current), log: log)
        try connection.introduce(isPooled: !settings.preparesStatements, deadline: Self.deadline)
        try connection.enterSchema(settings.databaseSchema, deadline: Self.deadline)
        // Some commands take longer than the time limits of a role may allow.
        if connection.keepsState { try connection.setTimeLimits(lock: Self.lockWait, deadline: Self.deadline) }
        connection.author = SystemUser.current
    }

    /// The migrations of the settings.
    /// - Parameter applies: False if another process makes the tables, or updates them.
    func migrations(applies: Bool) -> Migrations {
        Migrations(
            schema: settings.databaseSchema, lifetime: settings.sessionLifetime,
            rememberedLifetime: settings.sessionRememberedLifetime, applies: applies)
    }

    /// Finds out what 'serve' would do to the tables.
    func rehearseMigrations() throws(PostgreSQLError) -> Migrations.Rehearsal {
        try migrations(applies: settings.migrateOnStart).rehearse(on: connection)
    }

    /// Finds what is wrong with the rights, owners and triggers of the tables, which are up to date.
    func rehearseInspection() throws(PostgreSQLError) -> Migrations.Inspection {
        try migrations(applies: settings.migrateOnStart).rehearseInspection(on: connection)
    }

    /// Checks that a users query can work.
    func check(_ query: UsersQuery) throws(PostgreSQLError) -> UsersQueryCheck.Findings {
        try UsersQueryCheck(connection).run(query)
    }
}
