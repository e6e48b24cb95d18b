internal import ArgumentParser

/// `authfcgi user …`
struct User: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Manage the gate's own users.",
        usage: CommandLineArguments.usage(ofGroup: "authfcgi user"),
        subcommands: [
            UserAdd.self, UserList.self, UserShow.self, UserChange.self, UserPassword.self, UserReset.self,
            UserDisable.self, UserEnable.self, UserDelete.self,
        ])

    /// The paragraph about the user in the help of commands that take one.
    static let userHelp = "The user is given by id or by sign-in name; an id takes precedence."
}
