internal import Sessions

/// The result of a change to one of the gate's own users, as JSON.
struct AccountChangeReport: Encodable {
    private let id: String
    private let username: String
    private let changed: Bool
    private let sessionsEnded: Int

    private enum CodingKeys: String, CodingKey {
        case id, username, changed, sessionsEnded = "sessions_ended"
    }

    init(_ change: AccountChange, of account: ResolvedUser) {
        id = account.id
        username = account.name
        switch change {
        case .changed(let ended): (changed, sessionsEnded) = (true, ended ?? 0)
        case .nothing, .noSuchAccount: (changed, sessionsEnded) = (false, 0)
        }
    }
}
