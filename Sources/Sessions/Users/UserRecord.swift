/// A user as the users' table knows them.
package struct UserRecord: Sendable {
    package let identity: Identity
    /// The stored form of the password; never logged.
    package let passwordHash: String
    /// How often all of the user's sessions were ended: a login makes a session only if it still finds this number.
    package let epoch: Int64

    package init(identity: Identity, passwordHash: String, epoch: Int64) {
        self.identity = identity
        self.passwordHash = passwordHash
        self.epoch = epoch
    }
}
