internal import ArgumentParser

/// `authfcgi session …`
struct SessionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session", abstract: "List, create, change and end sessions.",
        usage: CommandLineArguments.usage(ofGroup: "authfcgi session"),
        subcommands: [
            SessionList.self, SessionCount.self, SessionCreate.self, SessionRevoke.self, SessionRefresh.self,
        ])

    /// The last paragraph of the help of commands that use the database.
    static let databaseHelp = """
        The database is DATABASE_URL, from the environment or the file given with --env-file, as for 'serve'.
        """

    /// The paragraph about --user in the help of commands that take it.
    static let userHelp = """
        The user is given by id, by the sign-in name of one of the gate's own users or, for users of other \
        applications, by the name in their live sessions. The first match in this order counts.
        """
}
