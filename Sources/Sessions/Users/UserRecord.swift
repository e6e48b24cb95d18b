/// A user as stored in the users table.
package struct UserRecord: Sendable {
    package let identity: Identity
    /// The stored password hash. Never logged.
    package let passwordHash: String
    /// The user's epoch, which rises when all of the user's sessions are revoked. A login creates a session only if it
    /// is unchanged.
    package let epoch: Int64

    package init(identity: Identity, passwordHash: String, epoch: Int64) {
        self.identity = identity
        self.passwordHash = passwordHash
        self.epoch = epoch
    }
}
