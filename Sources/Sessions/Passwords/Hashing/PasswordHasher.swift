package import EventLoop

/// The hasher of a worker: hashes and checks passwords on threads of lower priority than the loop's, with limits on
/// their number and memory. Callers that would wait too long are refused at once.
@EventLoop
package final class PasswordHasher {
    /// The reason why a password could not be checked.
    package enum Failure: Error, Equatable {
        /// Too many logins are waiting. A retry may succeed after the given number of seconds.
        case busy(retryAfter: Int)
        /// The client has gone.
        case abandoned
        /// The computation failed, for the given reason.
        case failed(String)
    }

    private let threads: HelperThreads
    private let pepper: [UInt8]
    private let allowsLegacy: Bool
    private let timeLimit: Duration
    private var queue: HashingQueue
    private var delay: FailedLoginDelay
    /// The measurement of this machine's speed, which the first logins wait for; nil until it begins.
    private var calibration: Task<Void, Never>?
    private(set) var isCalibrated = false
    /// The answers that are held back. Each occupies a connection, and checks need some too.
    private var heldBack = Shares(capacity: 256)
    private var waiting: [HashingQueue.Number: CheckedContinuation<Void, Never>] = [:]

    /// The cost of our own hashes.
    package static let ownHash = Argon2Hash.dummy.cost

    /// The niceness of the threads: when competing for a processor, the loop gets nine tenths of it.
    private static let niceness: Int32 = 10
    /// The time after which a hasher without logins measures the speed: a worker that has just started has checks to answer.
    private static let calibrationDelay = Duration.seconds(10)

    /// Creates a hasher.
    /// - Parameters:
    ///   - limits: The limits of the queue.
    ///   - pepper: The bytes that Devise appends to each password before bcrypt.
    ///   - allowsLegacy: True to check hashes of legacy formats: see ``PasswordHash/isLegacy``.
    ///   - timeLimit: The time that a hash may take with a short password, by its estimated cost. Others are refused: one
    ///     that takes long would make every failed login take long.
    ///   - expected: The probable highest cost of other software's hashes, or nil if none are expected.
    package init(
        _ limits: HashingQueue.Limits, pepper: [UInt8] = [], allowsLegacy: Bool = true,
        timeLimit: Duration = .seconds(1), expecting expected: HashingCost? = nil
    ) {
        threads = HelperThreads(name: "hashing", threads: limits.threads, waiting: 0, niceness: Self.niceness)
        self.pepper = pepper
        self.allowsLegacy = allowsLegacy
        self.timeLimit = timeLimit
        delay = FailedLoginDelay(own: Self.ownHash, expecting: expected)
        queue = HashingQueue(limits, usual: delay.highestCost)
        Reactor.shared.schedule(after: Self.calibrationDelay) { [weak self] in self?.calibrate() }
    }

    /// Measures this machine's speed, unless that has begun before.
    @discardableResult func calibrate() -> Task<Void, Never> {
        if let calibration { return calibration }
        let calibration = EventLoop.spawn { [self] in
            if let slowness = try? await threads.run({ HashingCalibration.slowness() }) {
                delay.slowness = slowness
            } else {  // Without a thread the estimates hold, and the next login tries again.
                self.calibration = nil
            }
            isCalibrated = true
        }
        self.calibration = calibration
        return calibration
    }

    /// Returns the duration of every failed login with a password of `length` bytes, apart from its wait in the queue.
    /// It does not depend on the user's existence or the stored hash, and exceeds the time of the slowest hash.
    func failureTime(ofPassword length: Int) -> Duration { delay.time(ofPassword: length) }

    /// Returns the minimum duration of a failed login's turn with such a password: the time of the slowest hash.
    func turnTime(ofPassword length: Int) -> Duration { delay.turnTime(ofPassword: length) }

    /// The number of logins that wait for their turn, and of those whose turn is under way.
    package var load: (waiting: Int, running: Int) { (queue.waitingCount, queue.runningCount) }

    /// The highest cost of the hashes in use that is not yet shared with all workers, or nil.
    package var news: HashingCost? { delay.news }

    /// Records the highest cost shared by all workers.
    package func learn(shared cost: HashingCost) {
        delay.learn(shared: cost)
        queue.learn(largestHash: delay.highestCost.bytes)
    }

    /// Records that a cost from ``news`` is shared.
    package func learn(noted cost: HashingCost) { delay.learn(noted: cost, at: .now) }

    /// Records the cost of a hash in use.
    func learn(_ cost: HashingCost) {
        delay.learn(cost, at: .now)
        queue.learn(largestHash: delay.highestCost.bytes)
    }

    /// Admits a login to the queue. Called before any other work for the login.
    /// - Parameter requester: The client's network and the user name, among which the queue is divided.
    /// - Throws: ``Failure/busy(retryAfter:)`` if it would have to wait too long.
    package func admit(for requester: Requester) throws(Failure) -> HashingTicket {
        calibrate()
        let now = BootInstant.now
        guard heldBack.hasRoom(for: Requester(network: requester.network)) else { throw .busy(retryAfter: 1) }
        guard let number = queue.admit(for: requester, at: now) else { throw busy(requester, at: now) }
        return HashingTicket(number, for: requester, of: self)
    }

    private func busy(_ requester: Requester, at now: BootInstant) -> Failure {
        .busy(retryAfter: max(1, Int(queue.expectedWait(for: requester, at: now).seconds.rounded(.up))))
    }

    /// Hashes a new password on the calling thread, for commands. Takes tens of milliseconds.
    /// - Returns: The hash in the form in which it is stored.
    package nonisolated static func hash(_ password: [UInt8]) throws(Failure) -> String {
        do throws(HashingFailure) {
            return try Argon2Hash(password: password).text
        } catch {
            throw .failed(error.reason)
        }
    }

    /// Parses a stored hash.
    /// - Throws: ``PasswordHashProblem``, also for a legacy format that is refused, and for a hash above the time limit.
    func read(_ stored: String) throws(PasswordHashProblem) -> PasswordHash {
        let hash = try PasswordHash(stored, pepper: pepper)
        if hash.isLegacy && !allowsLegacy { throw .legacyRefused(hash.format) }
        if hash.cost.time > timeLimit { throw .aboveTimeLimit(hash.format) }
        return hash
    }

    /// Waits for a login's turn, which does not end with this call, and then runs `body` on a thread.
    /// - Parameter isWanted: Asked when the turn starts.
    /// - Throws: ``Failure/busy(retryAfter:)`` if the turn has not come after the longest wait of a login.
    func run<T: Sendable>(
        _ number: HashingQueue.Number, for requester: Requester, isWanted: @EventLoop () -> Bool,
        _ body: @escaping @Sendable () -> Result<T, HashingFailure>
    ) async throws(Failure) -> T {
        let ready = BootInstant.now
        queue.enqueue(number, for: requester)
        let limit = Reactor.shared.schedule(after: queue.maxWait) { [self] in giveUp(number) }
        await withCheckedContinuation { continuation in
            waiting[number] = continuation
            callNext()
        }
        limit.cancel()
        let start = BootInstant.now
        let failure: Failure? =
            if !isWanted() {
                .abandoned
            } else if queue.turn(of: number) == nil || start - ready > queue.maxWait {
                busy(requester, at: start)
            } else {
                nil
            }
        if let failure {
            queue.forget(number)
            callNext()
            throw failure
        }
        let result: Result<T, HashingFailure>
        do throws(HelperThreads.Busy) {
            result = try await threads.run { body() }
        } catch {
            throw .failed("cannot start a thread")
        }
        switch result {
        case .success(let value): return value
        case .failure(let failure): throw .failed(failure.reason)
        }
    }

    /// Ends the wait of a login whose turn has not come.
    private func giveUp(_ number: HashingQueue.Number) {
        guard let continuation = waiting.removeValue(forKey: number) else { return }
        queue.forget(number)
        continuation.resume()
    }

    /// Ends a login's turn after the given duration from its start, or now if that has passed.
    func finish(_ number: HashingQueue.Number, after time: Duration) {
        guard let turn = queue.turn(of: number) else { return }
        let left = turn + time - .now
        guard left <= .zero else {
            Reactor.shared.schedule(after: left) { [self] in finish(number, after: .zero) }
            return
        }
        queue.finish(number, at: .now)
        callNext()
    }

    /// Removes a login that needs no hash any more. A turn that has started continues to its end.
    func leave(_ number: HashingQueue.Number) {
        guard queue.turn(of: number) == nil else { return }
        queue.forget(number)
        callNext()
    }

    /// Waits until `end`, without a turn, but only as long as the answer is wanted.
    func holdBack(until end: BootInstant, for requester: Requester, isWanted: @EventLoop () -> Bool) async {
        let place = Requester(network: requester.network)
        heldBack.take(for: place)
        defer { heldBack.free(of: place) }
        while isWanted() {
            let left = end - .now
            guard left > .zero else { return }
            await Reactor.shared.sleep(for: min(left, Self.patience))
        }
    }

    /// Waits until a login may be answered that was refused without a ticket: as long as with one, if the client's network
    /// may have a place among the answers that are held back, and not at all otherwise.
    /// - Parameters:
    ///   - requester: The client's network.
    ///   - isWanted: Returns whether the client still waits.
    package func holdBackRefusal(for requester: Requester, isWanted: @EventLoop () -> Bool) async {
        guard heldBack.hasRoom(for: Requester(network: requester.network)) else { return }
        await holdBackRefusal(since: .now, for: requester, isWanted: isWanted)
    }

    /// Waits until a login that arrived at `arrival` and was refused before its hash was read may be answered.
    func holdBackRefusal(
        since arrival: BootInstant, for requester: Requester, isWanted: @EventLoop () -> Bool
    ) async {
        await holdBack(until: arrival + Self.ownHash.time * 2, for: requester, isWanted: isWanted)
    }

    /// Waits until the machine's speed is known.
    /// - Throws: ``Failure/busy(retryAfter:)`` after the longest wait of a login, ``Failure/abandoned`` if the client has gone.
    func waitForCalibration(isWanted: @EventLoop () -> Bool) async throws(Failure) {
        let start = BootInstant.now
        calibrate()
        while !isCalibrated {
            guard isWanted() else { throw .abandoned }
            guard .now - start < queue.maxWait else { throw .busy(retryAfter: 1) }
            await Reactor.shared.sleep(for: .milliseconds(10))
        }
    }

    /// The interval at which the presence of the client is checked.
    private static let patience = Duration.milliseconds(250)

    private func callNext() {
        while let number = queue.next(at: .now) { waiting.removeValue(forKey: number)?.resume() }
    }
}
