internal import ArgumentParser
internal import Sessions

/// `authfcgi session list`
struct SessionList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the live sessions of a user, newest first.",
        discussion: """
            All times are in UTC. The ids are no tokens; they are for 'session revoke --id'.

            \(SessionCommand.userHelp)

            \(SessionCommand.databaseHelp)
            """)

    @Option(help: "The user of the sessions.", transform: UserName.init(parsing:)) var user: UserName
    @Flag(help: "Print one JSON array, for programs.") var json = false
    @OptionGroup var options: CommandOptions

    func run() throws {
        let settings = options.load()
        let log = CommandLog.start(settings)
        defer { CommandLog.finish() }
        let database = try CommandDatabase.openToLook(settings, log)
        let user = try database.user(user)
        let listed = try database.sessions { sessions throws(PostgreSQLError) in try sessions.list(of: user.id) }
        if json {
            try StandardOutput.writeLine(try JSONOutput.sessions(listed))
        } else if listed.isEmpty {
            try StandardOutput.writeLine("There are no live sessions of \(user.shown).")
        } else {
            try StandardOutput.write(SessionTable.text(listed))
        }
    }
}
