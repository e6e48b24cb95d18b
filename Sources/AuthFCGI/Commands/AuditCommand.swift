internal import ArgumentParser
internal import Sessions

/// `authfcgi audit`
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "List who ended sessions or changed users, newest first.",
        discussion: """
            Shows what commands and SQL did, for 90 days. What clients did at a gate, such as a login or a logout, is in \
            its log. All times are in UTC.

            The author is who ran a command of authfcgi, as the command says; "a link" is whoever has used an address of \
            'user reset'; "-" means SQL. The role is the one that \
            signed in to PostgreSQL.

            The end of all sessions of a user names no sessions: search for the user too.

            \(SessionCommand.databaseHelp)
            """)

    @Option(help: "Only changes that concern this user, by id or name.", transform: UserName.init(parsing:))
    var user: UserName?
    @Option(
        help: .init("Only changes that concern this session.", valueName: "uuid"),
        transform: SessionID.init(parsing:))
    var session: SessionID?
    @Option(help: "The maximum number of changes.") var limit = 50
    @Flag(help: "Print one JSON array, for programs.") var json = false
    @OptionGroup var options: CommandOptions

    private static let limits = 1...1_000_000

    func validate() throws {
        guard Self.limits.contains(limit) else {
            throw ValidationError("The limit must be a number from 1 to \(Self.limits.upperBound).")
        }
    }

    func run() throws {
        defer { CommandLog.finish() }
        let database = try CommandDatabase.open(options)
        let changes = try database.records { records throws(PostgreSQLError) in
            try records.list(of: user?.text, sessionID: session?.text, atMost: limit)
        }
        if json {
            try StandardOutput.writeLine(try JSONOutput.changes(changes))
        } else if changes.isEmpty {
            try StandardOutput.writeLine("There are no such changes.")
        } else {
            try StandardOutput.write(RecordedChangeTable.text(changes))
        }
    }
}
