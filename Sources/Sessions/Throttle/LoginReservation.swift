/// An attempt to sign in that the throttle has counted as a failure until it is settled. An attempt that is never
/// settled, since its process has ended, remains a failure.
package struct LoginReservation: Sendable {
    /// The database's identifier.
    let text: String

    package init(text: String) { self.text = text }
}
