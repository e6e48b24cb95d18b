internal import ArgumentParser
internal import Sessions

/// A command that makes one change to one of the gate's own users, without further input.
protocol UserChangeCommand: ParsableCommand {
    var user: UserName { get }
    var output: UserChangeOutput { get }
    var options: CommandOptions { get }

    /// The change in the log.
    static var action: AuditAction { get }
    /// The state of the user after the change, as a past participle.
    static var result: String { get }

    /// Makes the change.
    func change(_ id: String, in accounts: borrowing UserAccounts) throws(PostgreSQLError) -> AccountChange
}

extension UserChangeCommand {
    mutating func run() throws {
        defer { CommandLog.finish() }
        let database = try CommandDatabase.open(options)
        let account = try database.account(user)
        let command = self
        let change = try database.accounts { accounts throws(PostgreSQLError) in
            try command.change(account.id, in: accounts)
        }
        let done = Self.result.prefix(1).uppercased() + Self.result.dropFirst()
        try output.report(
            change, of: account, Self.action, "\(done) \(account.shown)", unchanged: Self.result, database)
    }
}
