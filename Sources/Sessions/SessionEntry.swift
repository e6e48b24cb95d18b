public import FoundationEssentials

/// One session of a user, as it stands in the user's list.
public struct SessionEntry: Equatable, Sendable {
    /// The session's public name, a UUID.
    public let id: String
    public let createdAt: Date
    /// When it was last used, to about a minute.
    public let lastSeenAt: Date
    /// When it ends unless it is revoked, or used in the case of an idle timeout, before.
    public let expiresAt: Date
    /// Where the login came from.
    public let origin: SessionOrigin

    /// A row of ``Statements/sessions``; nil when it cannot be read.
    init?(_ row: [String?]) {
        guard row.count == 7, let id = row[0], let created = Date(row[1]), let seen = Date(row[2]),
            let expires = Date(row[3])
        else { return nil }
        self.id = id
        createdAt = created
        lastSeenAt = seen
        expiresAt = expires
        origin = SessionOrigin(clientAddress: row[4], userAgent: row[5], label: row[6])
    }
}
