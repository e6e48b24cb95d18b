internal import ArgumentParser
internal import Sessions

/// `authfcgi user enable NAME`
struct UserEnable: UserChangeCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Allow a user to sign in again.",
        discussion: """
            The password is unchanged. Sessions that ended when the user was disabled are not restored.

            \(User.userHelp)

            \(SessionCommand.databaseHelp)
            """)

    @Argument(help: "The user to enable.", transform: UserName.init(parsing:)) var user: UserName
    @OptionGroup var output: UserChangeOutput
    @OptionGroup var options: CommandOptions

    static let action = AuditAction.userEnable
    static let result = "enabled"

    func change(_ id: String, in accounts: borrowing UserAccounts) throws(PostgreSQLError) -> AccountChange {
        try accounts.enable(id)
    }
}
