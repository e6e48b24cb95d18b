/// What the throttle says to an attempt to sign in.
package enum LoginAdmission: Sendable {
    /// It may be made; it counts as a failure until it is settled.
    case allowed(LoginReservation)
    /// There may be one after so many seconds, at least one.
    case refused(seconds: Int)

    /// What ``Statements/reserveLogin`` begins with; nil when it has another shape.
    init?(_ row: [String?]) {
        guard row.count == 2 else { return nil }
        if let seconds = row[0].flatMap({ Int($0) }) {
            self = .refused(seconds: max(1, seconds))
        } else if let reservation = row[1] {
            self = .allowed(LoginReservation(text: reservation))
        } else {
            return nil
        }
    }
}
