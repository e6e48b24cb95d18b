/// A session that was asked to end.
package struct EndedSession: Equatable, Sendable {
    /// The session's public name.
    package let id: String
    package let userID: String
    /// Whether it was alive until then.
    package let wasLive: Bool

    /// One that a login has ended.
    package init(id: String, userID: String) {
        self.id = id
        self.userID = userID
        wasLive = true
    }

    /// The row of ``Statements/revoke``; nil when there is no session of that token.
    init?(_ row: [String?]) {
        guard row.count == 3, let id = row[1], let userID = row[2] else { return nil }
        self.id = id
        self.userID = userID
        wasLive = row[0] == "t"
    }
}
