internal import ArgumentParser

/// `authfcgi user …`
struct User: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Manage the gate's own users.",
        subcommands: [
            UserAdd.self, UserList.self, UserPassword.self, UserDisable.self, UserEnable.self, UserDelete.self,
        ])

    /// What the help of those says that take a user.
    static let userHelp = "The user is named by the id, or by what the user signs in with; an id counts first."
}
