/// An attempt to sign in, as the database sees it.
package struct LoginAttempt: Sendable {
    /// What the throttle says to it.
    package let admission: LoginAdmission
    /// What the slowest hash in use costs that any worker knows of.
    package let slowestHash: HashingTime
    /// What stands for a name that no user has in logs, where the name itself may be a password that was typed in the
    /// wrong place: the same for all spellings that the throttle takes for one, on all pods, and not to be had without
    /// the database's key.
    package let nameHash: String?

    /// How many there are of an attempt in a row.
    static let columns = 5

    /// The row of ``Statements/reserveLogin``; nil when it has another shape.
    init?(_ row: [String?]) {
        guard row.count == Self.columns, let admission = LoginAdmission(Array(row[..<2])),
            let short = row[2].flatMap({ Int64($0) }), let perByte = row[3].flatMap({ Int64($0) })
        else { return nil }
        self.admission = admission
        slowestHash = HashingTime(short: .microseconds(short), perByte: .microseconds(perByte))
        nameHash = row[4]
    }
}
