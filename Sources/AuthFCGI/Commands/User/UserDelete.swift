internal import ArgumentParser
internal import Sessions

/// `authfcgi user delete NAME`
struct UserDelete: UserChangeCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a user, without asking for confirmation.",
        discussion: """
            All sessions of the user end on every pod at once, and logins in progress fail. A user added later under \
            the same name is a different one, with another id.

            \(User.userHelp)

            \(SessionCommand.databaseHelp)
            """)

    @Argument(help: "The user to delete.", transform: UserName.init(parsing:)) var user: UserName
    @OptionGroup var output: UserChangeOutput
    @OptionGroup var options: CommandOptions

    static let action = AuditAction.userDelete
    static let result = "deleted"

    func change(_ id: String, in accounts: borrowing UserAccounts) throws(PostgreSQLError) -> AccountChange {
        try accounts.delete(id)
    }
}
