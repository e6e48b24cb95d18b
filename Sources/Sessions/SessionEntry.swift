public import FoundationEssentials

/// A live session in a list of sessions. It contains nothing that gives access.
public struct SessionEntry: Equatable, Sendable {
    /// The session's public id, a UUID.
    public let id: String
    /// The id of the session's user.
    public let userID: String
    /// The name that the user signed in with.
    public let username: String
    /// The time of creation, by the database's clock.
    public let createdAt: Date
    /// The time of the last use, accurate to about a minute, by the database's clock.
    public let lastSeenAt: Date
    /// The time of expiry, by the database's clock; 9999-12-31 for a session without expiry. A revocation may end the
    /// session earlier, and each use postpones the expiry of a session with an idle timeout.
    public let expiresAt: Date
    /// The client that the session was created for. Its `userAgent` is untrusted text.
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
