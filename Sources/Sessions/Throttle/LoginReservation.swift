/// An attempt to sign in that the throttle has counted as a failure. Settled, it counts as what it was; left alone, as by
/// a process that ends, it stays a failure.
package struct LoginReservation: Sendable {
    /// What the database calls it.
    let text: String
    /// The cost of the slowest hash in use that any worker knows of, as ``HashingCost/time``.
    package let slowestHash: Duration
}
