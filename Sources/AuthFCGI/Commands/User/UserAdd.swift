internal import ArgumentParser
internal import Sessions

/// `authfcgi user add NAME`
struct UserAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a user.",
        discussion: """
            \(NewPassword.help)

            Names are compared without case: after "ann" there can be no "Ann".

            \(SessionCommand.databaseHelp)
            """)

    @Argument(help: "The sign-in name.") var username: String
    @Option(help: "The display name.") var name = ""
    @Option(help: "The e-mail address.") var email = ""
    @Option(help: "Groups, separated by commas.") var groups = GroupNames()
    @Flag(help: "Succeed without a change if the user exists already.") var ifAbsent = false
    @Flag(help: NewPassword.allowWeakHelp) var allowWeak = false
    @Flag(help: JSONOutput.flagHelp) var json = false
    @OptionGroup var options: CommandOptions

    func validate() throws {
        try IdentityArguments.validate(accountName: username)
        try IdentityArguments.validate(name: name, email: email, groups: groups)
    }

    func run() throws {
        let settings = options.load()
        let log = CommandLog.start(settings)
        defer { CommandLog.finish() }
        let hash = try NewPassword.hashed(for: username, PasswordRules(settings), allowWeak: allowWeak)
        let database = try CommandDatabase.openOrMake(settings, log)
        let id = try database.accounts { accounts throws(PostgreSQLError) in
            try accounts.add(
                username: username, passwordHash: hash, name: name, email: email, groups: groups.names)
        }
        let shown = PrintableText.of(username)
        if let id {
            database.audit(AuditEvent(.userAdd, of: .user(id: id, name: username)))
            try report("Added user \(shown) (id \(id)).", id: id, username, added: true)
        } else if ifAbsent {
            let present = try database.accounts { accounts throws(PostgreSQLError) in
                try accounts.user(named: username)
            }
            try report(
                "User \(shown) exists already; nothing was changed.", id: present?.id, present?.username ?? username,
                added: false)
        } else {
            throw CommandFailure.fail("user \(shown) exists already", code: CommandFailure.dataCode)
        }
    }

    /// Prints the result: the sentence, or JSON.
    private func report(_ sentence: String, id: String?, _ username: String, added: Bool) throws {
        try StandardOutput.writeLine(
            json
                ? try JSONOutput.object(["added": .flag(added), "id": .text(id), "username": .text(username)])
                : sentence)
    }
}
