/// What became of a change to one of the gate's own users.
package enum AccountChange: Equatable, Sendable {
    /// It is done, and with it so many live sessions of the user have ended; nil when it is nothing that ends any.
    case changed(sessionsEnded: Int?)
    /// It was so before.
    case nothing
    /// There is no such user any more.
    case noSuchAccount
}
