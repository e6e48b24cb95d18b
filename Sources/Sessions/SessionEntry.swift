public import FoundationEssentials

/// One live session of a user, as it stands in a list: nothing in it opens anything.
public struct SessionEntry: Equatable, Sendable {
    /// The session's public name, a UUID.
    public let id: String
    /// Whose it is.
    public let userID: String
    /// What the user signed in with.
    public let username: String
    /// When it was made, by the database's clock.
    public let createdAt: Date
    /// When it was last used, to about a minute.
    public let lastSeenAt: Date
    /// When it ends unless it is revoked, or used in the case of an idle timeout, before; 9999-12-31 for one that does not
    /// end by itself.
    public let expiresAt: Date
    /// Where the login came from: what the client says of itself may be any text at all.
    public let origin: SessionOrigin

    init(
        id: String, userID: String, username: String, createdAt: Date, lastSeenAt: Date, expiresAt: Date,
        origin: SessionOrigin
    ) {
        self.id = id
        self.userID = userID
        self.username = username
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt
        self.expiresAt = expiresAt
        self.origin = origin
    }
}
