/// A user whom an argument of a command names.
package struct NamedUser: Equatable, Sendable {
    /// The user's permanent id.
    package let id: String
    /// The name that one of the gate's own users signs in with; nil for any other user.
    package let accountName: String?

    /// - Parameters:
    ///   - id: The user's permanent id.
    ///   - accountName: The name that one of the gate's own users signs in with; nil for any other user.
    package init(id: String, accountName: String? = nil) {
        self.id = id
        self.accountName = accountName
    }
}
