internal import ArgumentParser
internal import Sessions

/// `authfcgi migrate`
struct Migrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Create the tables in PostgreSQL, or bring them up to date.",
        discussion: """
            'serve' does the same at its start unless AUTHFCGI_MIGRATE_ON_START is off. The command may be repeated: \
            it also puts rights and triggers of the tables right, as after the restore of a dump without them. What it \
            may not do, and what concerns owners, it prints as SQL for an administrator.

            \(SessionCommand.databaseHelp) AUTHFCGI_DATABASE_SCHEMA names the schema. With --grant-to, pods can use a \
            role that does not own the tables, and run with AUTHFCGI_MIGRATE_ON_START=off. Give the option at each \
            migration.
            """)

    @Option(
        name: .customLong("grant-to"),
        help: ArgumentHelp("The role that is granted the use of the tables.", valueName: "role"))
    var grantee: String?

    @Flag(help: JSONOutput.flagHelp) var json = false
    @OptionGroup var options: CommandOptions

    func run() throws {
        let settings = options.load()
        let log = CommandLog.start(settings)
        defer { CommandLog.finish() }
        let database = try CommandDatabase(settings, log)
        if let grantee { try database.requireRole(grantee) }
        try database.requireClosedSchema()
        let applied: [Int]
        switch try database.migrate() {
        case .upToDate(let number):
            applied = []
            try say("The tables are up to date (migration \(number)).")
        case .applied(let numbers):
            applied = numbers
            try say("Applied migrations \(numbers.map(String.init).joined(separator: ", ")).")
        }
        if let grantee {
            try database.grant(to: grantee)
            try say("The role \(PrintableText.of(grantee)) may use the tables.")
        }
        guard json else { return }
        try StandardOutput.writeLine(
            try JSONOutput.object(["applied": .numbers(applied), "granted_to": .text(grantee)]))
    }

    /// Prints a sentence, unless JSON is wanted.
    private func say(_ sentence: String) throws(ExitCode) {
        if !json { try StandardOutput.writeLine(sentence) }
    }
}
