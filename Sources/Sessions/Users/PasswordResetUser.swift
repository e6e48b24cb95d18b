/// The user who can choose a new password with a link.
package struct PasswordResetUser: Equatable, Sendable {
    /// The user's permanent id.
    package let id: String
    /// The name that the user signs in with.
    package let username: String

    package init(id: String, username: String) {
        self.id = id
        self.username = username
    }
}
