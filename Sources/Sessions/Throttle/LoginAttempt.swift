/// The database's data for an attempt to sign in.
package struct LoginAttempt: Sendable {
    /// The throttle's decision.
    package let admission: LoginAdmission
    /// The highest cost of the hashes in use that any worker knows.
    package let highestHashingCost: HashingCost
    /// The representation in logs of a name that belongs to no user, which may be a password typed into the wrong
    /// field. It is the same for all spellings that the throttle treats as one and on all pods, and cannot be computed
    /// without the database's key. Nil if the name belongs to a user.
    package let nameHash: String?

    package init(admission: LoginAdmission, highestHashingCost: HashingCost, nameHash: String?) {
        self.admission = admission
        self.highestHashingCost = highestHashingCost
        self.nameHash = nameHash
    }
}
