internal import EventLoop

/// Signed-in users whom the users query has not found. Their table may have been emptied, to be filled anew: so they are looked
/// up again later, and their sessions end only if none of them is back by then.
struct UserAbsence: Sendable {
    /// The users who were missing each time.
    private(set) var users: [SignedInUsers.Row]
    /// The time of the next look-up.
    private(set) var dueAt: BootInstant
    private let interval: Duration

    /// - Parameters:
    ///   - users: The users who are missing.
    ///   - found: The number of signed-in users who were found.
    ///   - interval: The interval of comparisons. Several users, and all of them, have so much time to come back. One of several
    ///     has a quarter of it: most likely that user was deleted.
    ///   - now: The time of the comparison.
    init(_ users: [SignedInUsers.Row], found: Int, interval: Duration, at now: BootInstant) {
        self.users = users
        self.interval = interval
        dueAt = now + (users.count == 1 && found > 0 ? interval / 4 : interval)
    }

    /// Handles the next look-up. While users come back, their table is being filled, and the others have the whole interval once
    /// more.
    /// - Parameter missing: Those of the users who are still missing.
    /// - Returns: True if all of them are, and their sessions are to be ended.
    mutating func update(_ missing: [SignedInUsers.Row], at now: BootInstant) -> Bool {
        guard missing.count < users.count else { return true }
        users = missing
        dueAt = now + interval
        return false
    }
}
