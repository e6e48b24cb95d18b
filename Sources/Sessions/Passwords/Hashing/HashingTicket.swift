package import EventLoop

/// A login's ticket in the queue for hashing. It is returned with the last reference, or at the end of its turn: a
/// failed login's turn lasts as long as the slowest hash takes, so that logins behind it cannot measure its hash.
@EventLoop
package final class HashingTicket {
    private let number: HashingQueue.Number
    private let requester: Requester
    private let hasher: PasswordHasher
    private let admittedAt = BootInstant.now
    /// The time for which the login was ready and waited.
    private var waited = Duration.zero
    /// The durations of a failed login and of its turn, as they were before this login's hash was known.
    private var failureTime: Duration?
    private var turnTime = Duration.zero

    init(_ number: HashingQueue.Number, for requester: Requester, of hasher: PasswordHasher) {
        self.number = number
        self.requester = requester
        self.hasher = hasher
    }

    isolated deinit { hasher.leave(number) }

    /// Checks `password` against the stored hash, or against a dummy if there is none to compute.
    /// - Parameters:
    ///   - password: The password.
    ///   - stored: The stored hash, or nil for an unknown user.
    ///   - isWanted: Asked when the turn starts: nothing is hashed for a client that has gone.
    /// - Throws: ``PasswordHasher/Failure``.
    package func verdict(
        on password: [UInt8], _ stored: String?, isWanted: @EventLoop () -> Bool
    ) async throws(PasswordHasher.Failure) -> PasswordVerdict {
        try await waitForCalibration(isWanted)
        failureTime = hasher.failureTime(ofPassword: password.count)
        turnTime = hasher.turnTime(ofPassword: password.count)
        guard let stored else { return try await verdictOnDummy(.differs, password, isWanted) }
        let hash: PasswordHash
        do throws(PasswordHashProblem) {
            hash = try hasher.read(stored)
        } catch {
            return try await verdictOnDummy(.unverifiable(error), password, isWanted)
        }
        hasher.learn(hash.cost)
        return try await verdict(isWanted) { () throws(HashingFailure) in
            guard try hash.matches(password) else { return .differs }
            guard !hash.isCurrent else { return .matches(hash.format, isWorthReplacing: false) }
            return .matches(hash.format, isWorthReplacing: try hash.readsAll(of: password))
        }
    }

    private func verdictOnDummy(
        _ verdict: PasswordVerdict, _ password: [UInt8], _ isWanted: @EventLoop () -> Bool
    ) async throws(PasswordHasher.Failure) -> PasswordVerdict {
        try await self.verdict(isWanted) { () throws(HashingFailure) in
            _ = try Argon2Hash.dummy.matches(password)
            return verdict
        }
    }

    private func verdict(
        _ isWanted: @EventLoop () -> Bool,
        _ body: @escaping @Sendable () throws(HashingFailure) -> PasswordVerdict
    ) async throws(PasswordHasher.Failure) -> PasswordVerdict {
        var matches = false
        defer { hasher.finish(number, after: matches ? .zero : turnTime) }
        let verdict = try await run(isWanted, body)
        matches = verdict.matches
        return verdict
    }

    /// Waits until a failed or refused login may be answered: the time then reveals nothing about the hash, its
    /// existence, or the reason of the refusal. The turn is over before.
    package func holdBack(isWanted: @EventLoop () -> Bool) async {
        let time = failureTime ?? hasher.failureTime(ofPassword: 0)
        let start = admittedAt + waited
        // On a machine so busy that the time has passed already, the end of the hash must not show either.
        let times = max(1, ((.now - start) / time).rounded(.up))
        await hasher.holdBack(until: start + time * times, for: requester, isWanted: isWanted)
    }

    /// Waits until a login that was refused before its hash was read may be answered: twice the time of our own hash,
    /// which covers all that happens before.
    package func holdBackRefusal(isWanted: @EventLoop () -> Bool) async {
        hasher.leave(number)
        await hasher.holdBackRefusal(since: admittedAt, for: requester, isWanted: isWanted)
    }

    /// Hashes a new password.
    /// - Returns: The hash in the form in which it is stored.
    package func hash(
        _ password: [UInt8], isWanted: @EventLoop () -> Bool
    ) async throws(PasswordHasher.Failure) -> String {
        try await waitForCalibration(isWanted)
        defer { hasher.finish(number, after: .zero) }
        return try await run(isWanted) { () throws(HashingFailure) in
            try Argon2Hash(password: password).text
        }
    }

    /// Waits for the measurement of the machine's speed, so that the first failed logins take as long as later ones.
    private func waitForCalibration(_ isWanted: @EventLoop () -> Bool) async throws(PasswordHasher.Failure) {
        guard !hasher.isCalibrated else { return }
        // From its end on the time counts, however long the user's look-up took.
        defer { waited = .now - admittedAt }
        try await hasher.waitForCalibration(isWanted: isWanted)
    }

    private func run<T: Sendable>(
        _ isWanted: @EventLoop () -> Bool,
        _ body: @escaping @Sendable () throws(HashingFailure) -> T
    ) async throws(PasswordHasher.Failure) -> T {
        let readyAt = BootInstant.now
        return try await hasher.run(
            number, for: requester,
            isWanted: {
                waited += .now - readyAt
                return isWanted()
            }, { Result(catching: body) })
    }
}
