/// A user whom somebody named on a command line.
package struct NamedUser: Equatable, Sendable {
    package let id: String
    /// What the user signs in with at the gate; nil for users that are not the gate's own.
    package let accountName: String?

    package init(id: String, accountName: String? = nil) {
        self.id = id
        self.accountName = accountName
    }
}
