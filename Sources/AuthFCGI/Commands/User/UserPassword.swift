internal import ArgumentParser
internal import Sessions

/// `authfcgi user passwd NAME`
struct UserPassword: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "passwd", abstract: "Give a user another password.",
        discussion: """
            All sessions of the user end, on every pod at once, and logins that are under way with the old password.

            \(NewPassword.help)

            \(User.userHelp)

            \(SessionCommand.databaseHelp)
            """)

    @Argument(help: "Whose password.") var user: UserName
    @Flag(help: NewPassword.allowWeakHelp) var allowWeak = false
    @OptionGroup var output: UserChangeCommand
    @OptionGroup(visibility: .hidden) var options: SettingsOptions

    func run() throws {
        let settings = options.load()
        let log = CommandLog.start(settings)
        defer { CommandLog.finish() }
        let database = try CommandDatabase.open(settings, log)
        let account = try database.account(user)
        let hash = try NewPassword.hashed(for: account.name, allowWeak: allowWeak)
        let change = try database.accounts { accounts throws(PostgreSQLError) in
            try accounts.setPassword(of: account.id, to: hash)
        }
        try output.report(change, of: account, .userPassword, "Changed the password of \(account.shown)", database)
    }
}
