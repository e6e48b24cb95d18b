internal import ArgumentParser
internal import Sessions

/// `authfcgi user show NAME`
struct UserShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the account of a user.",
        discussion: """
            Shows the details, the number of live sessions, and the start of the newest one without a label; sessions \
            with a label are those of machines. All times are in UTC.

            \(User.userHelp)

            \(SessionCommand.databaseHelp)
            """)

    @Argument(help: "The user to show.", transform: UserName.init(parsing:)) var user: UserName
    @Flag(help: JSONOutput.flagHelp) var json = false
    @OptionGroup var options: CommandOptions

    func run() throws {
        defer { CommandLog.finish() }
        let database = try CommandDatabase.open(options)
        let account = try database.account(user)
        let found = try database.accounts { accounts throws(PostgreSQLError) in try accounts.user(id: account.id) }
        guard let found else {
            throw CommandFailure.fail("\(account.shown) was deleted meanwhile", code: CommandFailure.dataCode)
        }
        if json {
            try StandardOutput.writeLine(try JSONOutput.user(found))
        } else {
            try StandardOutput.write(UserTable.card(found))
        }
    }
}
