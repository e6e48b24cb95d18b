/// A user whom an argument of a command names.
package struct NamedUser: Equatable, Sendable {
    /// The user's permanent id.
    package let id: String
    /// The name that one of the gate's own users signs in with; nil for any other user.
    package let accountName: String?
    /// The name in the user's newest live session; nil if there is none, or if it was not looked up.
    package let sessionName: String?

    /// The user's name; nil if it is not known.
    package var name: String? { accountName ?? sessionName }

    /// - Parameters:
    ///   - id: The user's permanent id.
    ///   - accountName: The name that one of the gate's own users signs in with; nil for any other user.
    ///   - sessionName: The name in the user's newest live session; nil if there is none.
    package init(id: String, accountName: String? = nil, sessionName: String? = nil) {
        self.id = id
        self.accountName = accountName
        self.sessionName = sessionName
    }
}
