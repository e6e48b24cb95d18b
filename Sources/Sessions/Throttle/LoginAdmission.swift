/// What the throttle says to an attempt to sign in.
package enum LoginAdmission: Sendable {
    /// It may be made; it counts as a failure until it is settled.
    case allowed(LoginReservation)
    /// There may be one after so many seconds, at least one.
    case refused(seconds: Int)
}
