internal import ArgumentParser
internal import Logging
internal import Sessions

/// The database of a command that does one thing and ends. What goes wrong with it is said on standard error, and the
/// exit code thrown.
struct CommandDatabase {
    let connection: PostgreSQLConnection
    private let settings: Settings
    let log: Logger

    /// How long the server has for its first answers.
    private static let deadline = Duration.seconds(10)

    /// Connects to a primary, and changes nothing.
    init(_ settings: Settings, _ log: Logger) throws(ExitCode) {
        self.settings = settings
        self.log = log
        connection = try CommandFailure.reporting { () throws(PostgreSQLError) in
            let connection = try PostgreSQLConnection(settings.databaseURL, log: log)
            try connection.introduce(isPooled: !settings.preparesStatements, deadline: Self.deadline)
            // Some of what commands do takes longer than a role may be allowed.
            if connection.keepsState { try connection.setTimeLimits(deadline: Self.deadline) }
            return connection
        }
    }

    /// Connects and, unless MIGRATE_ON_START is off, brings the tables up to date.
    static func open(_ settings: Settings, _ log: Logger) throws(ExitCode) -> CommandDatabase {
        let database = try CommandDatabase(settings, log)
        if settings.migrateOnStart { try database.migrate() }
        return database
    }

    @discardableResult
    func migrate() throws(ExitCode) -> Migrations.Outcome {
        try CommandFailure.reporting { () throws(PostgreSQLError) in
            try Migrations(
                schema: settings.databaseSchema, lifetime: settings.sessionLifetime,
                rememberedLifetime: settings.sessionRememberedLifetime
            ).run(
                on: connection, log: log)
        }
    }

    /// Lets a role use the tables.
    func grant(to role: String) throws(ExitCode) {
        try CommandFailure.reporting { () throws(PostgreSQLError) in
            try Grants(schema: settings.databaseSchema).run(to: role, on: connection)
        }
    }

    /// Does something with the gate's own users.
    func accounts<T>(_ work: (borrowing UserAccounts) throws(PostgreSQLError) -> T) throws(ExitCode) -> T {
        try CommandFailure.reporting { () throws(PostgreSQLError) in
            try work(UserAccounts(connection, schema: settings.databaseSchema))
        }
    }

    /// Does something with sessions.
    func sessions<T>(_ work: (borrowing SessionAdministration) throws(PostgreSQLError) -> T) throws(ExitCode) -> T {
        try CommandFailure.reporting { () throws(PostgreSQLError) in
            try work(SessionAdministration(connection, schema: settings.databaseSchema))
        }
    }

    /// Looks whether a users query can work; its columns, of those that mean something.
    func check(_ query: UsersQuery) throws(ExitCode) -> [String] {
        try CommandFailure.reporting { () throws(PostgreSQLError) in
            try UsersQueryCheck(connection).run(query)
        }
    }

    /// Finds out who is meant.
    func find(_ name: UserName) throws(ExitCode) -> UserDirectory.Answer {
        try CommandFailure.reporting { () throws(PostgreSQLError) in
            try UserDirectory(connection, schema: settings.databaseSchema).find(name.text)
        }
    }
}
