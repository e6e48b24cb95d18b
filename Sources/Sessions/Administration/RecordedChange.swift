package import FoundationEssentials

/// A change of sessions or users by a command or by SQL, as `authfcgi_audit` has it.
package struct RecordedChange: Equatable, Sendable {
    /// The time of the change, by the database's clock.
    package let happenedAt: Date
    /// The action, with the word of the log for it, such as `session_revoke`.
    package let action: String
    /// The id of the user concerned; nil for several.
    package let userID: String?
    /// The name of that user; nil if it is not known.
    package let username: String?
    /// The number of users concerned; nil for all there are.
    package let users: Int?
    /// The public ids of the sessions, 20 at most; none if all sessions of a user ended.
    package let sessionIDs: [String]
    /// The number of sessions; nil if they were not counted.
    package let sessions: Int?
    /// The user of the system who ran a command of this program, as the command says; nil for SQL.
    package let author: String?
    /// The role that had signed in to PostgreSQL.
    package let role: String
    /// The name of the program that was connected, as it says.
    package let application: String
    /// The address of that program; nil for a unix socket.
    package let client: String?
}
