internal import ArgumentParser
internal import Sessions

/// `authfcgi user list`
struct UserList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the gate's own users by their names.",
        discussion: """
            With each: the number of live sessions, and when the newest of them began, those with a label excepted, \
            which are of machines. All times are in UTC.

            \(SessionCommand.databaseHelp)
            """)

    @Flag(help: "Print one JSON array, for programs.") var json = false
    @OptionGroup(visibility: .hidden) var options: SettingsOptions

    /// There may be a hundred thousand, and nobody waits for the last one to see the first.
    private static let portion = 1000

    func run() throws {
        let settings = options.load()
        let log = CommandLog.start(settings)
        defer { CommandLog.finish() }
        let database = try CommandDatabase.open(settings, log)
        var table = UserTable()
        var last: String?
        if json { print("[", terminator: "") }
        repeat {
            let users = try database.accounts { accounts throws(PostgreSQLError) in
                try accounts.list(after: last, atMost: Self.portion)
            }
            if json {
                print(try JSONOutput.users(users, areFirst: last == nil), terminator: "")
            } else if last == nil && users.isEmpty {
                print("There are no users.")
            } else if !users.isEmpty {
                print(table.lines(users), terminator: "")
            }
            last = users.count == Self.portion ? users.last?.username : nil
        } while last != nil
        if json { print("]") }
    }
}
