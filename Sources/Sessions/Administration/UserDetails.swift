/// Details of a user that an administrator changes. Nil keeps a value.
package struct UserDetails: Equatable, Sendable {
    /// The name that the user signs in with.
    package var username: String?
    /// The user's display name.
    package var name: String?
    /// The user's email address.
    package var email: String?
    /// The names of all groups of the user.
    package var groups: [String]?

    /// Creates a set of details.
    package init(username: String? = nil, name: String? = nil, email: String? = nil, groups: [String]? = nil) {
        self.username = username
        self.name = name
        self.email = email
        self.groups = groups
    }
}

/// The result of a change of details of one of the gate's own users.
package enum UserDetailsChange: Equatable, Sendable {
    /// The user, or live sessions of the user, had other details.
    /// - Parameter sessionsChanged: The number of live sessions that had others.
    case changed(sessionsChanged: Int)
    /// The user and the sessions have these details already.
    case nothing
    /// Another user has the username.
    case nameTaken
    /// The user does not exist.
    case noSuchAccount
}
