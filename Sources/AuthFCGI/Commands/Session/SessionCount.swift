internal import ArgumentParser
internal import Sessions

/// `authfcgi session count`
struct SessionCount: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "count", abstract: "Count the live sessions and their users.",
        discussion: SessionCommand.databaseHelp)

    @Flag(help: JSONOutput.flagHelp) var json = false
    @OptionGroup var options: CommandOptions

    func run() throws {
        defer { CommandLog.finish() }
        let database = try CommandDatabase.open(options)
        let live = try database.sessions { sessions throws(PostgreSQLError) in try sessions.count() }
        if json {
            try StandardOutput.writeLine(
                try JSONOutput.object(["sessions": .number(live.sessions), "users": .number(live.users)]))
        } else {
            try StandardOutput.writeLine("\(live.sessions.counted("live session")) of \(live.users.counted("user"))")
        }
    }
}
