internal import ArgumentParser
internal import Sessions

/// `authfcgi session refresh`
struct SessionRefresh: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refresh", abstract: "Change the details of a user in live sessions.",
        discussion: """
            A session keeps the user's details from its start. With this command a user gains or loses a group without \
            signing in again. Omitted details stay as they are; --groups "" removes all groups. The account is not \
            changed.

            \(SessionCommand.userHelp)

            \(SessionCommand.databaseHelp)
            """)

    @Option(help: "The user of the sessions.", transform: UserName.init(parsing:)) var user: UserName
    @Option(help: "The sign-in name.", transform: UserName.init(parsing:)) var username: UserName?
    @OptionGroup var details: ChangedDetails
    @Flag(help: JSONOutput.flagHelp) var json = false
    @OptionGroup var options: CommandOptions

    func validate() throws { try details.validate(besides: username != nil, username: username) }

    func run() throws {
        defer { CommandLog.finish() }
        let database = try CommandDatabase.open(options)
        let user = try database.user(user)
        let changed = try database.sessions { sessions throws(PostgreSQLError) in
            try sessions.update(
                user.id, username: username?.text, name: details.name, email: details.email,
                groups: details.groups?.names)
        }
        database.audit(
            AuditEvent(.sessionRefresh, of: user.subject, details: ["changed": "\(changed)"]))
        try StandardOutput.writeLine(
            json
                ? try JSONOutput.object([
                    "sessions_changed": .number(changed), "user_id": .text(user.id),
                    "username": .text(user.name),
                ])
                : "Changed \(changed.counted("live session")) of \(user.shown).")
    }
}
