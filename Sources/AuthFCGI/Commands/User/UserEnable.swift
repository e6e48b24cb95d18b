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
    @OptionGroup var output: UserChangeCommand
    @OptionGroup(visibility: .hidden) var options: SettingsOptions

    func run() throws {
        try output.change(user, options, .userEnable, "Enabled", unchanged: "enabled") {
            accounts, id throws(PostgreSQLError) in
            try accounts.enable(id)
        }
    }
}
