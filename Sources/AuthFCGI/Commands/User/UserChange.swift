internal import ArgumentParser
internal import Sessions

/// `authfcgi user change NAME`
struct UserChange: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change", abstract: "Change the details of a user, and of the user's live sessions.",
        discussion: """
            Omitted details stay as they are; --groups "" removes all groups, --name "" and --email "" the name and the \
            address. The user stays signed in: live sessions have the new details on every pod at once. Logins in \
            progress fail. 'user passwd' changes the password.

            \(User.userHelp)

            \(SessionCommand.databaseHelp)
            """)

    @Argument(help: "The user to change.", transform: UserName.init(parsing:)) var user: UserName
    @Option(help: "The new sign-in name.") var username: String?
    @OptionGroup var details: ChangedDetails
    @Flag(help: JSONOutput.flagHelp) var json = false
    @OptionGroup var options: CommandOptions

    func validate() throws {
        try details.validate(besides: username != nil)
        if let username { try IdentityArguments.validate(accountName: username) }
    }

    func run() throws {
        defer { CommandLog.finish() }
        let database = try CommandDatabase.open(options)
        let account = try database.account(user)
        let details = UserDetails(
            username: username, name: self.details.name, email: self.details.email, groups: self.details.groups?.names)
        let change = try database.accounts { accounts throws(PostgreSQLError) in
            try accounts.change(account.id, to: details)
        }
        try report(change, of: account, database)
    }

    private func report(_ change: UserDetailsChange, of account: ResolvedUser, _ database: CommandDatabase) throws {
        let changed: Bool
        let sessions: Int
        switch change {
        case .noSuchAccount:
            throw CommandFailure.fail("\(account.shown) was deleted meanwhile", code: CommandFailure.dataCode)
        case .nameTaken:
            throw CommandFailure.fail(
                "another user has the name \(PrintableText.of(username ?? "")); nothing was changed",
                code: CommandFailure.dataCode)
        case .nothing: (changed, sessions) = (false, 0)
        case .changed(let count): (changed, sessions) = (true, count)
        }
        let now = NamedUser(id: account.id, accountName: username ?? account.name)
        if changed {
            database.audit(
                AuditEvent(
                    .userChange, of: .user(id: account.id, name: now.accountName),
                    details: ["changed": "\(sessions)", "details": given.joined(separator: ",")]))
        }
        if json {
            return try StandardOutput.writeLine(
                try JSONOutput.object([
                    "changed": .flag(changed), "id": .text(account.id), "username": .text(now.accountName),
                    "sessions_changed": .number(sessions),
                ]))
        }
        try StandardOutput.writeLine(
            changed
                ? "Changed \(now.shown) and \(sessions.counted("live session"))."
                : "Nothing was changed: \(now.shown) has these details already.")
    }

    /// The names of the details that were given.
    private var given: [String] {
        [
            ("username", username != nil), ("name", details.name != nil), ("email", details.email != nil),
            ("groups", details.groups != nil),
        ]
        .filter(\.1).map(\.0)
    }
}
