internal import FoundationEssentials

/// One of the gate's own users as those see it who look after users.
package struct ListedUser: Equatable, Sendable {
    package let id: String
    package let username: String
    package let name: String
    package let email: String
    package let groups: [String]
    package let isDisabled: Bool
    package let createdAt: UTCTime
    /// How many sessions are live.
    package let liveSessions: Int
    /// When the newest of the live sessions began; nil when there is none of a login.
    package let lastLoginAt: UTCTime?

    package init(
        id: String, username: String, name: String, email: String, groups: [String], isDisabled: Bool,
        createdAt: UTCTime, liveSessions: Int, lastLoginAt: UTCTime?
    ) {
        self.id = id
        self.username = username
        self.name = name
        self.email = email
        self.groups = groups
        self.isDisabled = isDisabled
        self.createdAt = createdAt
        self.liveSessions = liveSessions
        self.lastLoginAt = lastLoginAt
    }

    /// A row of ``Statements/listUsers``.
    init(_ rows: borrowing PostgreSQLResult, row: Int) throws(PostgreSQLError) {
        guard let groups = try? JSONDecoder().decode([String].self, from: Data(rows.text(row, 4).utf8)),
            let sessions = Int(rows.text(row, 7))
        else { throw .confusion("a user's row cannot be read") }
        self.init(
            id: rows.text(row, 0), username: rows.text(row, 1), name: rows.text(row, 2), email: rows.text(row, 3),
            groups: groups, isDisabled: rows.text(row, 5) == "t", createdAt: UTCTime(rows.text(row, 6)),
            liveSessions: sessions, lastLoginAt: rows.optionalText(row, 8).map { UTCTime($0) })
    }
}
