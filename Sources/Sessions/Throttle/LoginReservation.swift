/// An attempt to sign in that the throttle has counted as a failure. Settled, it counts as what it was; left alone, as
/// by a process that ends, it stays a failure.
package struct LoginReservation: Sendable {
    /// What the database calls it.
    let text: String

    package init(text: String) { self.text = text }
}
