internal import ArgumentParser
internal import Sessions

/// Does a change to one of the gate's own users, says so, and leaves its line in the log.
struct UserChangeCommand: ParsableArguments {
    @Flag(help: "Print one JSON object, for programs.") var json = false

    /// Does `work` to one of the gate's own users and says so.
    ///
    /// - Parameters:
    ///   - action: what the log calls it.
    ///   - done: what was done, in a word that begins a sentence.
    ///   - unchanged: how the user is already, when there was nothing to do.
    func change(
        _ user: UserName, _ options: SettingsOptions, _ action: AuditAction, _ done: String, unchanged: String = "so",
        _ work: (borrowing UserAccounts, String) throws(PostgreSQLError) -> AccountChange
    ) throws {
        let settings = options.load()
        let log = CommandLog.start(settings)
        defer { CommandLog.finish() }
        let database = try CommandDatabase.open(settings, log)
        let account = try database.account(user)
        let change = try database.accounts { accounts throws(PostgreSQLError) in try work(accounts, account.id) }
        try report(change, of: account, action, "\(done) \(account.shown)", unchanged: unchanged, database)
    }

    /// - Parameters:
    ///   - action: what the log calls it.
    ///   - done: what was done, as the beginning of a sentence.
    ///   - unchanged: how the user is already, when there was nothing to do.
    func report(
        _ change: AccountChange, of account: ResolvedUser, _ action: AuditAction, _ done: String,
        unchanged: String = "so", _ database: CommandDatabase
    ) throws {
        switch change {
        case .noSuchAccount:
            throw CommandFailure.fail("\(account.shown) was deleted meanwhile", code: CommandFailure.dataCode)
        case .changed, .nothing:
            if case .changed(let ended) = change {
                database.audit(
                    AuditEvent(action, of: .user(id: account.id), details: ended.map { ["ended": "\($0)"] } ?? [:]))
            }
            print(try json ? JSONOutput.change(change, of: account) : text(change, account, done, unchanged))
        }
    }

    private func text(_ change: AccountChange, _ account: ResolvedUser, _ done: String, _ unchanged: String) -> String {
        guard case .changed(let ended) = change else {
            return "Nothing was changed: \(account.shown) is \(unchanged) already."
        }
        return done + (ended.map { " and ended \($0.counted("session"))" } ?? "") + "."
    }
}
