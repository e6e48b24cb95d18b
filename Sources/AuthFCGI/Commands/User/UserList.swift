internal import ArgumentParser
internal import Sessions

/// `authfcgi user list`
struct UserList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the gate's own users, ordered by name.",
        discussion: """
            Shows for each user the number of live sessions, and the start of the newest one without a label; sessions \
            with a label are those of machines. All times are in UTC.

            \(SessionCommand.databaseHelp)
            """)

    @Flag(help: "Print one JSON array, for programs.") var json = false
    @OptionGroup var options: CommandOptions

    /// The number of users per query. The first of a hundred thousand users are printed before the last are read.
    private static let portion = 1000

    func run() throws {
        defer { CommandLog.finish() }
        let database = try CommandDatabase.open(options)
        var table = UserTable()
        var last: String?
        if json { try StandardOutput.write("[") }
        repeat {
            let users = try database.accounts { accounts throws(PostgreSQLError) in
                try accounts.list(after: last, atMost: Self.portion)
            }
            if json {
                try StandardOutput.write(try JSONOutput.users(users, areFirst: last == nil))
            } else if last == nil && users.isEmpty {
                try StandardOutput.writeLine("There are no users.")
            } else if !users.isEmpty {
                try StandardOutput.write(table.lines(users))
            }
            last = users.count == Self.portion ? users.last?.username : nil
        } while last != nil
        if json { try StandardOutput.writeLine("]") }
    }
}
