package import FoundationEssentials

/// One of the gate's own users in a list for administrators.
package struct ListedUser: Equatable, Sendable {
    /// The user's permanent id.
    package let id: String
    /// The name that the user signs in with.
    package let username: String
    /// The user's display name; may be empty.
    package let name: String
    /// The user's email address; may be empty.
    package let email: String
    /// The names of the user's groups.
    package let groups: [String]
    /// A Boolean value that indicates whether the user may not sign in.
    package let isDisabled: Bool
    /// The time of creation, by the database's clock.
    package let createdAt: Date
    /// The number of live sessions.
    package let liveSessions: Int
    /// The time at which the newest live session was created by a login; nil if there is no such session.
    package let lastLoginAt: Date?

    /// Creates an entry of the list.
    package init(
        id: String, username: String, name: String, email: String, groups: [String], isDisabled: Bool,
        createdAt: Date, liveSessions: Int, lastLoginAt: Date?
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
}
