internal import ArgumentParser
internal import Sessions

/// `authfcgi user disable NAME`
struct UserDisable: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Keep a user from signing in.",
        discussion: """
            All sessions of the user end, on every pod at once, and logins that are under way. 'user enable' undoes it.

            \(User.userHelp)

            \(SessionCommand.databaseHelp)
            """)

    @Argument(help: "Who is not to sign in any more.") var user: UserName
    @OptionGroup var output: UserChangeCommand
    @OptionGroup(visibility: .hidden) var options: SettingsOptions

    func run() throws {
        try output.change(user, options, .userDisable, "Disabled", unchanged: "disabled") {
            accounts, id throws(PostgreSQLError) in
            try accounts.disable(id)
        }
    }
}
