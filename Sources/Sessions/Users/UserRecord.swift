internal import FoundationEssentials

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

    /// The row of ``Statements/user``; nil when it has another shape.
    init?(_ row: [String?]) {
        guard row.count == 7, let id = row[0], let username = row[1], let hash = row[2],
            let groups = try? JSONDecoder().decode([String].self, from: Data((row[5] ?? "[]").utf8)),
            let epoch = row[6].flatMap({ Int64($0) })
        else { return nil }
        identity = Identity(userID: id, username: username, groups: groups, name: row[3] ?? "", email: row[4] ?? "")
        passwordHash = hash
        self.epoch = epoch
    }
}
