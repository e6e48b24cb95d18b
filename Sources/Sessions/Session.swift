public import FoundationEssentials
internal import Glibc

/// Who is signed in, as it was known at the login.
public struct Identity: Equatable, Sendable {
    /// The user's unchanging key, 1 to 255 bytes.
    public var userID: String
    /// What the user signs in with.
    public var username: String
    /// The names of the user's groups, in the order that a list of them should have.
    public var groups: [String]
    /// The name to show.
    public var name: String
    /// The e-mail address; empty when there is none.
    public var email: String

    /// A user; what is left out is empty.
    public init(userID: String, username: String, groups: [String] = [], name: String = "", email: String = "") {
        self.userID = userID
        self.username = username
        self.groups = groups
        self.name = name
        self.email = email
    }
}

/// A session that is alive, by PostgreSQL's word or by what may be believed of it.
public struct Session: Equatable, Sendable {
    /// The session's public name, a UUID; it opens nothing.
    public let id: String
    /// Whose it is, as it was known at the login.
    public let identity: Identity
    /// When it was made, by the database's clock.
    public let createdAt: Date
    /// When it ends unless it is revoked before, by the database's clock.
    public let expiresAt: Date

    package init(id: String, identity: Identity, createdAt: Date, expiresAt: Date) {
        self.id = id
        self.identity = identity
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// Where a login came from, kept beside the session for the user's own list.
public struct SessionOrigin: Equatable, Sendable {
    /// An IPv4 or IPv6 address as text; what is none is not stored.
    public var clientAddress: String?
    /// What the client says that it is: any text at all, of which the first 256 characters are stored.
    public var userAgent: String?
    /// What the session is for, such as `backup`.
    public var label: String?

    /// An origin; what is left out is not known.
    public init(clientAddress: String? = nil, userAgent: String? = nil, label: String? = nil) {
        self.clientAddress = clientAddress
        self.userAgent = userAgent
        self.label = label
    }

    /// The address if it is one: nginx says `unix:` of a client that came over a unix socket.
    var internetAddress: String? {
        guard let clientAddress else { return nil }
        var parsed = in6_addr()
        let isAddress = [AF_INET, AF_INET6].contains { unsafe inet_pton($0, clientAddress, &parsed) == 1 }
        return isAddress ? clientAddress : nil
    }
}
