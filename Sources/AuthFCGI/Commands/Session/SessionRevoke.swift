internal import ArgumentParser
internal import Glibc
internal import Sessions

/// `authfcgi session revoke`
struct SessionRevoke: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End sessions, on every pod at once.",
        discussion: """
            --user and --all also stop logins in progress. --all asks for confirmation; without a terminal, use --yes.

            \(SessionCommand.userHelp)

            \(SessionCommand.databaseHelp)
            """)

    @Option(help: "End all sessions of this user.", transform: UserName.init(parsing:)) var user: UserName?
    @Option(help: .init("End this session.", valueName: "uuid"), transform: SessionID.init(parsing:)) var id: SessionID?
    @Flag(help: "End all sessions of all users.") var all = false
    @Flag(help: "Do not ask for confirmation.") var yes = false
    @Flag(help: JSONOutput.flagHelp) var json = false
    @OptionGroup var options: CommandOptions

    func validate() throws {
        guard [user != nil, id != nil, all].count(where: \.self) == 1 else {
            throw ValidationError("Give exactly one of --user, --id and --all.")
        }
        guard !all || yes || isatty(0) == 1 else { throw ValidationError("Without a terminal, --all needs --yes.") }
    }

    func run() throws {
        defer { CommandLog.finish() }
        let database = try CommandDatabase.open(options)
        if let id {
            try revoke(id, database)
        } else if let user {
            let user = try database.user(user)
            let ended = try database.sessions { sessions throws(PostgreSQLError) in
                try sessions.revoke(userID: user.id)
            }
            database.audit(AuditEvent(.sessionRevoke, of: user.subject, details: ["ended": "\(ended)"]))
            try report(ended, "Ended \(ended.counted("session")) of \(user.shown).", of: user)
        } else {
            try revokeAll(database)
        }
    }

    private func revoke(_ id: SessionID, _ database: CommandDatabase) throws {
        let found = try database.sessions { sessions throws(PostgreSQLError) in
            try sessions.revoke(sessionID: id.text)
        }
        guard let owner = found else {
            throw CommandFailure.fail("there is no live session \(id.text)", code: CommandFailure.dataCode)
        }
        database.audit(AuditEvent(.sessionRevoke, of: owner.subject, session: id.text, details: ["ended": "1"]))
        try report(1, "Ended session \(id.text).", of: owner)
    }

    /// All sessions end by one change of one row, or none does: there are no parts of it to be counted.
    private func revokeAll(_ database: CommandDatabase) throws {
        var step = "ending all sessions"
        if !yes {
            let live = try LongStep.run("counting the live sessions") { _ throws(ExitCode) in
                try database.sessions { sessions throws(PostgreSQLError) in try sessions.count() }
            }
            step = "ending all \(live.sessions.counted("live session"))"
            StandardError.write(
                "End all \(live.sessions.counted("live session")) of \(live.users.counted("user"))? [y/N] ")
            guard ["y", "yes"].contains(readLine()?.lowercased()) else {
                throw CommandFailure.fail("cancelled; no session was ended", code: ProgramExit.refusal.rawValue)
            }
        }
        let ended = try LongStep.run(step) { _ throws(ExitCode) in
            try database.sessions { sessions throws(PostgreSQLError) in try sessions.revokeAll() }
        }
        database.audit(AuditEvent(.sessionRevoke, details: ["all": "true", "ended": "\(ended)"]))
        try report(ended, "Ended \(ended.counted("session")) of all users.")
    }

    /// Prints the result: the sentence, or JSON.
    private func report(_ ended: Int, _ sentence: String, of user: NamedUser? = nil) throws {
        try StandardOutput.writeLine(
            json
                ? try JSONOutput.object([
                    "id": .text(id?.text), "sessions_ended": .number(ended), "user_id": .text(user?.id),
                    "username": .text(user?.name),
                ])
                : sentence)
    }
}
