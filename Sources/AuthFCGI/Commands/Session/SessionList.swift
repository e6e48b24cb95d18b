internal import ArgumentParser
internal import Sessions

/// `authfcgi session list`
struct SessionList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the live sessions of a user, or of all users.",
        discussion: """
            The sessions of a user are listed newest first. Without --user the users follow each other in the order of \
            their ids. All times are in UTC. The ids of sessions are no tokens; they are for 'session revoke --id'.

            \(SessionCommand.userHelp)

            \(SessionCommand.databaseHelp)
            """)

    @Option(help: "List the sessions of this user only.", transform: UserName.init(parsing:)) var user: UserName?
    @Flag(help: "Print one JSON array, for programs.") var json = false
    @OptionGroup var options: CommandOptions

    /// The number of sessions per query. The first of a million sessions are printed before the last are read.
    private static let portion = 1000

    func run() throws {
        defer { CommandLog.finish() }
        let database = try CommandDatabase.open(options)
        guard let user else { return try listAll(database) }
        let named = try database.user(user)
        let listed = try database.sessions { sessions throws(PostgreSQLError) in try sessions.list(of: named.id) }
        if json {
            try StandardOutput.writeLine("[\(try JSONOutput.sessions(listed, areFirst: true))]")
        } else if listed.isEmpty {
            try StandardOutput.writeLine("There are no live sessions of \(named.shown).")
        } else {
            var table = SessionTable(showsUsers: false)
            try StandardOutput.write(table.lines(listed))
        }
    }

    private func listAll(_ database: CommandDatabase) throws {
        var table = SessionTable(showsUsers: true)
        var last: SessionEntry?
        if json { try StandardOutput.write("[") }
        repeat {
            let listed = try database.sessions { sessions throws(PostgreSQLError) in
                try sessions.list(after: last, atMost: Self.portion)
            }
            if json {
                try StandardOutput.write(try JSONOutput.sessions(listed, areFirst: last == nil))
            } else if last == nil && listed.isEmpty {
                try StandardOutput.writeLine("There are no live sessions.")
            } else if !listed.isEmpty {
                try StandardOutput.write(table.lines(listed))
            }
            last = listed.count == Self.portion ? listed.last : nil
        } while last != nil
        if json { try StandardOutput.writeLine("]") }
    }
}
