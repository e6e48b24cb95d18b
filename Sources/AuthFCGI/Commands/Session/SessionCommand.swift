internal import ArgumentParser

/// `authfcgi session …`
struct SessionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session", abstract: "List, begin, end and change sessions.",
        subcommands: [
            SessionList.self, SessionCount.self, SessionCreate.self, SessionRevoke.self, SessionRefresh.self,
        ])

    /// What the help of all of them says in the end.
    static let databaseHelp = """
        The database is DATABASE_URL, from the environment or from the file given with --env-file, as for 'serve'.
        """

    /// What the help of those says that take --user.
    static let userHelp = """
        The user is named by an id; or by what one of the gate's own users signs in with; or, for users of other \
        applications, by the name in their live sessions. What comes first here counts.
        """
}
