internal import ArgumentParser
internal import EventLoop
internal import Glibc
internal import Sessions

/// `authfcgi session create`
struct SessionCreate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a session for a user and print its token.",
        discussion: """
            For machine clients. Standard output has the token only, with --json an object: \
            TOKEN=$(authfcgi session create --new-user --user backup --lifetime 90d --label backup). The token is shown only this \
            once; the database stores its hash. It signs in as the user until the session expires or is revoked.

            \(SessionCommand.userHelp) Without a match it is an error, unless --new-user says that the user may be new: \
            the session is then for a user of another application with this id, and with this name unless --username is \
            given.

            Sessions of the gate's own users have the name, e-mail address and groups of the account. For other users, \
            give them with --username, --name, --email and --groups.

            \(SessionCommand.databaseHelp)
            """)

    @Option(help: "The user of the session.", transform: UserName.init(parsing:)) var user: UserName
    @Flag(help: "Accept a user whom the gate does not know yet.") var newUser = false
    @Option(
        help: "The lifetime of the session, such as 90d or 12h (default: SESSION_LIFETIME).",
        transform: PositiveDuration.init(parsing:))
    var lifetime: PositiveDuration?
    @Option(help: "The purpose of the session.") var label = "command line"
    @Option(help: "The sign-in name.", transform: UserName.init(parsing:)) var username: UserName?
    @Option(help: "The display name.") var name: String?
    @Option(help: "The e-mail address.") var email: String?
    @Option(help: "Groups, separated by commas.") var groups: GroupNames?
    @Flag(help: "Print one JSON object with the token, for programs.") var json = false
    @OptionGroup var options: CommandOptions

    func validate() throws {
        try IdentityArguments.validate(label: label)
        try IdentityArguments.validate(username: username, name: name, email: email, groups: groups)
    }

    func run() throws {
        // A reader that has gone is then an error of the output, after which the session is ended.
        signal(SIGPIPE, SIG_IGN)
        let settings = options.load()
        let log = CommandLog.start(settings)
        defer { CommandLog.finish() }
        let database = try CommandDatabase.openOrMake(settings, log)
        let known = try database.userIfKnown(user)
        if known == nil { try requireNewUser() }
        let user = known ?? NamedUser(id: user.text)
        if user.accountName != nil, username != nil || name != nil || email != nil || groups != nil {
            throw CommandFailure.fail(
                "\(user.shown) is one of the gate's own users, whose details are taken from authfcgi_users: omit "
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
            let unknown = known == nil ? " (not known before)" : ""
            StandardError.write("Session \(id) of \(user.shown)\(unknown) expires at \(UTCTime(expiresAt)).\n")
            let name = user.accountName ?? identity.username
            database.audit(
                AuditEvent(
                    .sessionCreate, of: .user(id: user.id, name: name), session: id, details: ["label": label]),
                saidOn: STDERR_FILENO)
            let output =
                json
                ? try JSONOutput.object([
                    "expires_at": .text(UTCTime(expiresAt).text), "id": .text(id), "token": .text(token.secretText),
                    "user_id": .text(user.id), "username": .text(name),
                ]) : token.secretText
            try show(output, of: id, user, database)
        case .tooLong(let maximum, let table):
            let wanted = DurationText(lifetime)
            throw CommandFailure.fail(
                "the lifetime \(wanted) is longer than the maximum of \(maximum); to allow it: "
                    + "UPDATE \(table) SET maximum_lifetime = '\(wanted)'", code: CommandFailure.dataCode)
        case .noSuchAccount:
            throw CommandFailure.fail("\(user.shown) is disabled", code: CommandFailure.dataCode)
        }
    }

    /// Checks that a user whom nobody knows is meant, and can be one.
    private func requireNewUser() throws(ExitCode) {
        guard newUser else {
            throw CommandFailure.fail(
                "there is no user \(user): it is neither a user's id, nor a name of the gate's own users, nor one in live "
                    + "sessions; for a user whom the gate does not know yet, add --new-user",
                code: CommandFailure.dataCode)
        }
        guard user.text.utf8.count <= IdentityLimits.userIDBytes, !user.text.unicodeScalars.contains(where: \.isControl)
        else {
            throw CommandFailure.fail(
                "the user is not known, and an id has at most \(IdentityLimits.userIDBytes) bytes and no control characters",
                code: CommandFailure.dataCode)
        }
    }

    /// Prints the token, alone or in JSON. If that fails, nobody has it, and the session is ended.
    private func show(
        _ output: String, of id: String, _ user: NamedUser, _ database: CommandDatabase
    ) throws(ExitCode) {
        do throws(ExitCode) {
            try StandardOutput.writeLine(output)
        } catch {
            _ = try database.sessions { sessions throws(PostgreSQLError) in try sessions.revoke(sessionID: id) }
            StandardError.write("authfcgi: session \(id) was ended, because its token is lost\n")
            database.audit(
                AuditEvent(.sessionRevoke, of: user.subject, session: id, details: ["ended": "1"]),
                saidOn: STDERR_FILENO)
            throw error
        }
    }
}
