package import FoundationEssentials

/// One of the gate's own users as those see it who look after users.
package struct ListedUser: Equatable, Sendable {
    package let id: String
    package let username: String
    package let name: String
    package let email: String
    package let groups: [String]
    package let isDisabled: Bool
    package let createdAt: Date
    /// How many sessions are live.
    package let liveSessions: Int
    /// When the newest of the live sessions began; nil when there is none of a login.
    package let lastLoginAt: Date?

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
