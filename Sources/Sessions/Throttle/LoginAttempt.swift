/// An attempt to sign in, as the database sees it.
package struct LoginAttempt: Sendable {
    /// What the throttle says to it.
    package let admission: LoginAdmission
    /// What the hashes in use cost at most that any worker knows of.
    package let highestHashingCost: HashingCost
    /// What stands for a name that no user has in logs, where the name itself may be a password that was typed in the
    /// wrong place: the same for all spellings that the throttle takes for one, on all pods, and not to be had without
    /// the database's key.
    package let nameHash: String?

    package init(admission: LoginAdmission, highestHashingCost: HashingCost, nameHash: String?) {
        self.admission = admission
        self.highestHashingCost = highestHashingCost
        self.nameHash = nameHash
    }
}
