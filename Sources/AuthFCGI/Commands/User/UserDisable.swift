internal import ArgumentParser
internal import Sessions

/// `authfcgi user disable NAME`
struct UserDisable: UserChangeCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Prevent a user from signing in.",
        discussion: """
            All sessions of the user end on every pod at once, and logins in progress fail. 'user enable' reverts it.

            \(User.userHelp)

            \(SessionCommand.databaseHelp)
            """)

    @Argument(help: "The user to disable.", transform: UserName.init(parsing:)) var user: UserName
    @OptionGroup var output: UserChangeOutput
    @OptionGroup var options: CommandOptions

    static let action = AuditAction.userDisable
    static let result = "disabled"

    func change(_ id: String, in accounts: borrowing UserAccounts) throws(PostgreSQLError) -> AccountChange {
        try accounts.disable(id)
    }
}
