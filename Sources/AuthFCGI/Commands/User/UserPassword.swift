internal import ArgumentParser
internal import Sessions

/// `authfcgi user passwd NAME`
struct UserPassword: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "passwd", abstract: "Change the password of a user.",
        discussion: """
            All sessions of the user end on every pod at once, and logins in progress with the old password fail.

            \(NewPassword.help)

            \(User.userHelp)

            \(SessionCommand.databaseHelp)
            """)

    @Argument(help: "The user whose password is changed.", transform: UserName.init(parsing:)) var user: UserName
    @Flag(help: NewPassword.allowWeakHelp) var allowWeak = false
    @OptionGroup var output: UserChangeOutput
    @OptionGroup var options: CommandOptions

    func run() throws {
        defer { CommandLog.finish() }
        let database = try CommandDatabase.open(options)
        let account = try database.account(user)
        let hash = try NewPassword.hashed(for: account.name, PasswordRules(database.settings), allowWeak: allowWeak)
        let change = try database.accounts { accounts throws(PostgreSQLError) in
            try accounts.setPassword(of: account.id, to: hash)
        }
        try output.report(
            change, of: account, .userPassword, "Changed the password of \(account.shown)", unchanged: "so", database)
    }
}
