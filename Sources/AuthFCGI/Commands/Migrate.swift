internal import ArgumentParser
internal import Sessions

/// `authfcgi migrate`
struct Migrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the tables in PostgreSQL and bring them up to date.",
        discussion: """
            'serve' does the same at its start unless MIGRATE_ON_START is off. Running it twice does no harm.

            The database is DATABASE_URL, from the environment or from the file given with --env-file, as for 'serve'; \
            DATABASE_SCHEMA names the schema. With --grant-to, pods can work with a role that does not own the tables, and \
            have MIGRATE_ON_START=off; say it each time.
            """)

    @Option(
        name: .customLong("grant-to"), help: ArgumentHelp("A role that may then use the tables.", valueName: "role"))
    var grantee: String?

    @OptionGroup(visibility: .hidden) var options: SettingsOptions

    func run() throws {
        let settings = options.load()
        let log = CommandLog.start(settings)
        defer { CommandLog.finish() }
        let database = try CommandDatabase(settings, log)
        switch try database.migrate() {
        case .upToDate(let number): print("The tables are up to date (migration \(number)).")
        case .applied(let numbers): print("Applied migrations \(numbers.map(String.init).joined(separator: ", ")).")
        }
        if let grantee {
            try database.grant(to: grantee)
            print("The role \(grantee) may use them.")
        }
    }
}
