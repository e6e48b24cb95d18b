internal import ArgumentParser

/// The details of a user that a command changes; those that are not given stay as they are.
struct ChangedDetails: ParsableArguments {
    @Option(help: "The display name.") var name: String?
    @Option(help: "The e-mail address.") var email: String?
    @Option(help: "All groups of the user, separated by commas.") var groups: GroupNames?

    /// Checks that there is a change, and that no detail violates the rules of ``IdentityArguments``.
    /// - Parameters:
    ///   - hasUsername: True if the command changes the username too.
    ///   - username: The username, if the rules for names of other software apply to it.
    func validate(besides hasUsername: Bool, username: UserName? = nil) throws {
        guard hasUsername || name != nil || email != nil || groups != nil else {
            throw ValidationError("Give at least one of --username, --name, --email and --groups.")
        }
        try IdentityArguments.validate(username: username, name: name, email: email, groups: groups)
    }
}
