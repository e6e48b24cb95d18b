/// The result of a change to one of the gate's own users.
package enum AccountChange: Equatable, Sendable {
    /// The user was changed.
    ///
    /// - Parameter sessionsEnded: The number of live sessions that ended; nil for a change that ends no sessions.
    case changed(sessionsEnded: Int?)
    /// The user was in the requested state already.
    case nothing
    /// The user does not exist.
    case noSuchAccount
}
