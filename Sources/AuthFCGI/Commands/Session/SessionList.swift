internal import ArgumentParser
internal import Sessions

/// `authfcgi session list`
struct SessionList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the live sessions of a user, the newest first.",
        discussion: """
            All times are in UTC. The ids open nothing; they are what 'session revoke --id' takes.

            \(SessionCommand.userHelp)

            \(SessionCommand.databaseHelp)
            """)

    @Option(help: "Whose sessions.") var user: UserName
    @Flag(help: "Print one JSON array, for programs.") var json = false
    @OptionGroup(visibility: .hidden) var options: SettingsOptions

    func run() throws {
        let settings = options.load()
        let log = CommandLog.start(settings)
        defer { CommandLog.finish() }
        let database = try CommandDatabase.open(settings, log)
        let user = try database.user(user)
        let listed = try database.sessions { sessions throws(PostgreSQLError) in try sessions.list(of: user.id) }
        if json {
            print(try JSONOutput.sessions(listed))
        } else if listed.isEmpty {
            print("There are no live sessions of \(user.shown).")
        } else {
            print(SessionTable.text(listed), terminator: "")
        }
    }
}
