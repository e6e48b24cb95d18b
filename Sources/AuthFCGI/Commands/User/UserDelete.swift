internal import ArgumentParser
internal import Sessions

/// `authfcgi user delete NAME`
struct UserDelete: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a user, without asking.",
        discussion: """
            All sessions of the user end, on every pod at once, and logins that are under way. A user who is added under \
            the same name later is another one, with another id.

            \(User.userHelp)

            \(SessionCommand.databaseHelp)
            """)

    @Argument(help: "Who is to be deleted.") var user: UserName
    @OptionGroup var output: UserChangeCommand
    @OptionGroup(visibility: .hidden) var options: SettingsOptions

    func run() throws {
        try output.change(user, options, .userDelete, "Deleted") { accounts, id throws(PostgreSQLError) in
            try accounts.delete(id)
        }
    }
}
