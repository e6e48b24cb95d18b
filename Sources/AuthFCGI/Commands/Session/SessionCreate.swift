internal import ArgumentParser
internal import Sessions

/// `authfcgi session create`
struct SessionCreate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Begin a session for a user, and print its token.",
        discussion: """
            For machine clients. The token is all that is printed on standard output: \
            TOKEN=$(authfcgi session create --user backup --lifetime 90d --label backup). It is shown this once; only \
            its hash is stored. Who holds it is signed in as the user until it ends or is revoked.

            \(SessionCommand.userHelp) If there is no such user, this is the id, and the name unless --username says \
            otherwise, of one that another application knows.

            What the session says of one of the gate's own users is what 'user add' was told. For others it is what \
            --username, --name, --email and --groups say.

            \(SessionCommand.databaseHelp)
            """)

    @Option(help: "Who is to be signed in.") var user: UserName
    @Option(help: "How long the session lasts, such as 90d or 12h (default: SESSION_LIFETIME).")
    var lifetime: PositiveDuration?
    @Option(help: "What the session is for.") var label = "command line"
    @Option(help: "The name that the application signs the user in with.") var username: UserName?
    @Option(help: "The name to show.") var name: String?
    @Option(help: "The e-mail address.") var email: String?
    @Option(help: "Groups, separated by commas.") var groups: GroupNames?
    @OptionGroup(visibility: .hidden) var options: SettingsOptions

    func validate() throws {
        guard !label.isEmpty else { throw ValidationError("The label must not be empty.") }
    }

    func run() throws {
        let settings = options.load()
        let log = CommandLog.start(settings)
        defer { CommandLog.finish() }
        let database = try CommandDatabase.open(settings, log)
        let known = try database.userIfKnown(user)
        let user = known ?? NamedUser(id: user.text)
        if user.accountName != nil, username != nil || name != nil || email != nil || groups != nil {
            throw CommandFailure.fail(
                "\(user.shown) is one of the gate's own, and the session says what authfcgi_users says: leave out "
                    + "--username, --name, --email and --groups", code: CommandFailure.dataCode)
        }
        let identity = Identity(
            userID: user.id, username: username?.text ?? self.user.text, groups: groups?.names ?? [],
            name: name ?? "", email: email ?? "")
        let lifetime = lifetime?.duration ?? settings.sessionLifetime
        let creation = try database.sessions { sessions throws(PostgreSQLError) in
            try sessions.create(for: user, identity: identity, lifetime: lifetime, label: label)
        }
        switch creation {
        case .created(let token, let id, let expiresAt):
            let unknown = known == nil ? ", who was not known before," : ""
            StandardError.write("Session \(id) of \(user.shown)\(unknown) ends \(UTCTime(expiresAt)).\n")
            database.audit(
                AuditEvent(.sessionCreate, of: .user(id: user.id), session: id, details: ["label": label]))
            print(token.secretText)
        case .tooLong(let maximum, let table):
            let wanted = DurationText(lifetime)
            throw CommandFailure.fail(
                "no session may last longer than \(maximum), and this one would for \(wanted); to allow it: "
                    + "UPDATE \(table) SET maximum_lifetime = '\(wanted)'", code: CommandFailure.dataCode)
        case .noSuchAccount:
            throw CommandFailure.fail("\(user.shown) is disabled", code: CommandFailure.dataCode)
        }
    }
}
