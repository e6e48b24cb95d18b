/// A live session as those see it who look after sessions: nothing in it opens anything.
package struct ListedSession: Equatable, Sendable {
    /// The public name, a UUID.
    package let id: String
    package let userID: String
    package let username: String
    package let createdAt: UTCTime
    package let lastSeenAt: UTCTime
    package let expiresAt: UTCTime
    package let clientAddress: String?
    /// What the client says it is: any text at all.
    package let userAgent: String?
    package let label: String?

    package init(
        id: String, userID: String, username: String, createdAt: UTCTime, lastSeenAt: UTCTime, expiresAt: UTCTime,
        clientAddress: String?, userAgent: String?, label: String?
    ) {
        self.id = id
        self.userID = userID
        self.username = username
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt
        self.expiresAt = expiresAt
        self.clientAddress = clientAddress
        self.userAgent = userAgent
        self.label = label
    }

    /// A row of ``Statements/listSessions``.
    init(_ rows: borrowing PostgreSQLResult, row: Int) {
        self.init(
            id: rows.text(row, 0), userID: rows.text(row, 1), username: rows.text(row, 2),
            createdAt: UTCTime(rows.text(row, 3)), lastSeenAt: UTCTime(rows.text(row, 4)),
            expiresAt: UTCTime(rows.text(row, 5)), clientAddress: rows.optionalText(row, 6),
            userAgent: rows.optionalText(row, 7), label: rows.optionalText(row, 8))
    }
}
