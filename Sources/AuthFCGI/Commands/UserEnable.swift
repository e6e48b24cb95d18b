internal import ArgumentParser
internal import Sessions

/// `authfcgi user enable NAME`
struct UserEnable: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Let a user sign in again.",
        discussion: """
            The password is what it was. Sessions that ended when the user was disabled do not come back.

            \(User.userHelp)

            \(SessionCommand.databaseHelp)
            """)

    @Argument(help: "Who is to sign in again.") var user: UserName
    @OptionGroup var output: UserChangeOutput
    @OptionGroup(visibility: .hidden) var options: SettingsOptions

    func run() throws {
        let settings = options.load()
        let log = CommandLog.start(settings)
        defer { CommandLog.finish() }
        let database = try CommandDatabase.open(settings, log)
        let account = try database.account(user)
        let change = try database.accounts { accounts throws(PostgreSQLError) in try accounts.enable(account.id) }
        try output.report(change, of: account, "Enabled \(account.shown)", unchanged: "enabled")
    }
}
