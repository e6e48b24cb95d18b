/// The use of a connection to PostgreSQL, by which log lines, errors and `pg_stat_activity` name it.
enum ConnectionPurpose: String, CaseIterable {
    /// Look-ups of sessions and notifications of revocations.
    case checks
    /// Logins, logouts and other statements that write.
    case changes
    /// Look-ups of users at a login.
    case logins
    /// Lists of a user's sessions, and look-ups of sessions that have ended.
    case lists
    /// The users query.
    case userLookUps = "user look-ups"
    /// The statement that replaces an outdated password hash.
    case rehashes

    /// The connection in a log line.
    var connection: String { "connection for \(rawValue)" }
}
