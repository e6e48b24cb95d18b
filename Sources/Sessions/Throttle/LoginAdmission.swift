/// The throttle's decision on an attempt to sign in.
package enum LoginAdmission: Sendable {
    /// Admitted. The attempt counts as a failure until its reservation is settled.
    case allowed(LoginReservation)
    /// Refused. The next attempt is possible after the given number of seconds, at least one.
    case refused(seconds: Int)
}
