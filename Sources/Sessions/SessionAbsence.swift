/// The reason why a token has no live session, for the log: what is found now, perhaps a moment after a check.
package struct SessionAbsence: Equatable, Sendable {
    /// The reason in words.
    package let reason: String
    /// The session's public id; nil if there is no row of it.
    package let sessionID: String?
    /// The id of the session's user; nil if there is no row.
    package let userID: String?
    /// The name of the session's user; nil if there is no row.
    package let username: String?
}
