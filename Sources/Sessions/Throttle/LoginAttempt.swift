/// An attempt to sign in, as the throttle sees it.
package struct LoginAttempt: Sendable {
    package let admission: LoginAdmission
    /// What stands for a name that no user has in logs, where the name itself may be a password that was typed in the wrong place: the
    /// same for all spellings that the throttle takes for one, on all pods, and not to be had without the database's
    /// key.
    package let nameHash: String?

    /// The row of ``Statements/reserveLogin``; nil when it has another shape.
    init?(_ row: [String?]) {
        guard row.count == 4, let admission = LoginAdmission(Array(row[..<3])) else { return nil }
        self.admission = admission
        nameHash = row[3]
    }
}
