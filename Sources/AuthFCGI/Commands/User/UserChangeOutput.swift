internal import ArgumentParser
internal import Sessions

/// Prints the result of a change to one of the gate's own users, and logs the change.
struct UserChangeOutput: ParsableArguments {
    @Flag(help: JSONOutput.flagHelp) var json = false

    /// - Parameters:
    ///   - action: the change in the log.
    ///   - done: the beginning of the sentence about the change: a past participle and its object.
    ///   - unchanged: the state of a user that did not need the change.
    func report(
        _ change: AccountChange, of account: ResolvedUser, _ action: AuditAction, _ done: String, unchanged: String,
        _ database: CommandDatabase
    ) throws {
        switch change {
        case .noSuchAccount:
            throw CommandFailure.fail("\(account.shown) was deleted meanwhile", code: CommandFailure.dataCode)
        case .changed, .nothing:
            if case .changed(let ended) = change {
                database.audit(
                    AuditEvent(action, of: account.subject, details: ended.map { ["ended": "\($0)"] } ?? [:]))
            }
            try StandardOutput.writeLine(
                try json ? JSONOutput.change(change, of: account) : text(change, account, done, unchanged))
        }
    }

    private func text(_ change: AccountChange, _ account: ResolvedUser, _ done: String, _ unchanged: String) -> String {
        guard case .changed(let ended) = change else {
            return "Nothing was changed: \(account.shown) is \(unchanged) already."
        }
        return done + (ended.map { " and ended \($0.counted("session"))" } ?? "") + "."
    }
}
