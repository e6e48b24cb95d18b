public import FoundationEssentials
internal import Glibc

/// The user of a session, as recorded at the login.
public struct Identity: Equatable, Sendable {
    /// The user's permanent id, 1 to 255 bytes of UTF-8.
    public var userID: String
    /// The name that the user signs in with, at most 256 Unicode scalars.
    public var username: String
    /// The names of the user's groups, in display order; at most 4096 bytes of UTF-8 with a comma between each two.
    public var groups: [String]
    /// The user's display name, at most 256 Unicode scalars; may be empty.
    public var name: String
    /// The user's email address, at most 320 Unicode scalars; empty if there is none.
    public var email: String

    /// Creates an identity. A ``SessionStore`` refuses one with a text that is longer than permitted or contains a NUL
    /// character.
    ///
    /// - Parameters:
    ///   - userID: The user's permanent id, 1 to 255 bytes of UTF-8.
    ///   - username: The name that the user signs in with.
    ///   - groups: The names of the user's groups, in display order.
    ///   - name: The user's display name.
    ///   - email: The user's email address.
    public init(userID: String, username: String, groups: [String] = [], name: String = "", email: String = "") {
        self.userID = userID
        self.username = username
        self.groups = groups
        self.name = name
        self.email = email
    }
}

/// A live session, read from PostgreSQL or from a cache that may still be used.
public struct Session: Equatable, Sendable {
    /// The session's public id, a UUID. It gives no access.
    public let id: String
    /// The session's user, as recorded at the login.
    public let identity: Identity
    /// The time of creation, by the database's clock.
    public let createdAt: Date
    /// The time of expiry, by the database's clock. The session may be revoked earlier.
    public let expiresAt: Date

    package init(id: String, identity: Identity, createdAt: Date, expiresAt: Date) {
        self.id = id
        self.identity = identity
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// The client that a session was created for, stored for the user's list of sessions.
public struct SessionOrigin: Equatable, Sendable {
    /// The client's IPv4 or IPv6 address as text. Any other text is not stored.
    public var clientAddress: String?
    /// The client's `User-Agent` header: untrusted text, of which the first 256 characters are stored.
    public var userAgent: String?
    /// The session's purpose, such as `backup`; at most 256 Unicode scalars.
    public var label: String?

    /// Creates an origin. Nil means unknown.
    ///
    /// - Parameters:
    ///   - clientAddress: The client's IPv4 or IPv6 address as text.
    ///   - userAgent: The client's `User-Agent` header.
    ///   - label: The session's purpose.
    public init(clientAddress: String? = nil, userAgent: String? = nil, label: String? = nil) {
        self.clientAddress = clientAddress
        self.userAgent = userAgent
        self.label = label
    }

    /// The client's address if it is an IP address. nginx gives `unix:` for a client on a unix socket.
    var internetAddress: String? {
        guard let clientAddress else { return nil }
        var parsed = in6_addr()
        let isAddress = [AF_INET, AF_INET6].contains { unsafe inet_pton($0, clientAddress, &parsed) == 1 }
        return isAddress ? clientAddress : nil
    }
}
