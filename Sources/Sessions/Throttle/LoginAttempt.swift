/// An attempt to sign in, as the database sees it.
package struct LoginAttempt: Sendable {
    /// What the throttle says to it.
    package let admission: LoginAdmission
    /// What the slowest hash in use costs that any worker knows of, as ``HashingCost/time``.
    package let slowestHash: Duration
    /// What stands for a name that no user has in logs, where the name itself may be a password that was typed in the
    /// wrong place: the same for all spellings that the throttle takes for one, on all pods, and not to be had without
    /// the database's key.
    package let nameHash: String?

    /// The row of ``Statements/reserveLogin``; nil when it has another shape.
    init?(_ row: [String?]) {
        guard row.count == 4, let admission = LoginAdmission(Array(row[..<2])),
            let milliseconds = row[2].flatMap({ Int64($0) })
        else { return nil }
        self.admission = admission
        slowestHash = .milliseconds(milliseconds)
        nameHash = row[3]
    }
}
