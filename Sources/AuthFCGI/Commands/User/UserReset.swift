internal import ArgumentParser
internal import Glibc
internal import Sessions

/// `authfcgi user reset NAME`
struct UserReset: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset", abstract: "Print an address at which a user chooses a new password.",
        discussion: """
            Nobody has to choose a password for somebody else. The address works once, within an hour, without the old \
            password; until then the password and the sessions of the user stay as they are. Its use ends all sessions \
            of the user on every pod. Another 'user reset' makes the earlier address invalid, and so do a new password by \
            other means, 'user disable' and 'user delete'.

            Standard output has the address only, with --json an object. Whoever has the address can take the account \
            over: send it to the user by a way that others cannot read. It is shown only this once; the database stores \
            its hash.

            \(User.userHelp)

            \(SessionCommand.databaseHelp)
            """)

    @Argument(help: "The user who is to choose a password.", transform: UserName.init(parsing:)) var user: UserName
    @Option(
        help: """
            The site, such as https://www.example.org (default: that of LOGIN_URL, if it names one). Without it, the \
            address is only the path.
            """,
        transform: SiteURL.init(parsing:))
    var url: SiteURL?
    @Flag(help: "Print one JSON object with the address, for programs.") var json = false
    @OptionGroup var options: CommandOptions

    private static let path = "/auth/reset?code="

    func run() throws {
        let settings = options.load()
        let log = CommandLog.start(settings)
        defer { CommandLog.finish() }
        if let query = UsersQuery(settings) {
            throw CommandFailure.fail(
                "\(query.name) is set: users sign in with passwords that another application keeps, which are changed there",
                code: CommandFailure.dataCode)
        }
        let database = try CommandDatabase.open(settings, log)
        let account = try database.account(user)
        let code: PasswordResetCode
        do throws(RandomBytes.Unavailable) {
            code = try PasswordResetCode.make()
        } catch {
            throw CommandFailure.fail("there are no random bytes", code: CommandFailure.unavailableCode)
        }
        let end = try database.accounts { accounts throws(PostgreSQLError) in
            try accounts.resetPassword(of: account.id, with: code)
        }
        guard let end else { throw try refusal(account, database) }
        database.audit(AuditEvent(.userReset, of: account.subject), saidOn: STDERR_FILENO)
        let site = url?.text ?? settings.signInSite
        StandardError.write(sentence(account, UTCTime(end), isComplete: site != nil))
        let address = (site ?? "") + Self.path + code.secretText
        try StandardOutput.writeLine(
            json
                ? try JSONOutput.object([
                    "address": .text(address), "expires_at": .text(UTCTime(end).text), "id": .text(account.id),
                    "username": .text(account.name),
                ]) : address)
    }

    private func sentence(_ account: ResolvedUser, _ end: UTCTime, isComplete: Bool) -> String {
        var text = "There, \(account.shown) can choose a new password until \(end), once.\n"
        if !isComplete { text += "It is only the path: put the address of your site before it, or give --url.\n" }
        return text
    }

    /// Returns the exit code for a user who cannot choose a password, after the reason.
    private func refusal(_ account: ResolvedUser, _ database: CommandDatabase) throws(ExitCode) -> ExitCode {
        let found = try database.accounts { accounts throws(PostgreSQLError) in try accounts.user(id: account.id) }
        return CommandFailure.fail(
            found == nil
                ? "\(account.shown) was deleted meanwhile"
                : "\(account.shown) is disabled, and could not sign in; 'authfcgi user enable' first",
            code: CommandFailure.dataCode)
    }
}
