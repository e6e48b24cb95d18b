package import EventLoop

/// Hashes and checks passwords on threads of its own, which stand back behind the loop: so many at a time, in so much
/// memory, and whoever would have to wait too long is told so when he comes.
@EventLoop
package final class PasswordHasher {
    /// Why a password could not be checked.
    package enum Failure: Error, Equatable {
        /// There are too many before it; in so many seconds it may be worth another try.
        case busy(retryAfter: Int)
        /// Nobody wants to know any more.
        case abandoned
        /// The computation failed.
        case failed(String)
    }

    private let threads: HelperThreads
    private let pepper: [UInt8]
    private let allowsLegacy: Bool
    /// What the slowest hash probably costs, as long as no login has shown it.
    package let expectedHash: HashingTime
    private var queue: HashingQueue
    private var failures: FailureTime
    /// How many answers are held back.
    private var heldBack = 0
    private var waiting: [HashingQueue.Number: CheckedContinuation<Void, Never>] = [:]

    /// What a hash of ours costs.
    package static let ownHash = HashingTime(Argon2Hash.ofNobody.cost)

    /// Where they compete for a processor, the loop gets nine tenths of it.
    private static let niceness: Int32 = 10

    /// Each has a connection, and checks need some too.
    private static let mostHeldBack = 256

    /// - Parameters:
    ///   - pepper: what Devise appends to each password before bcrypt.
    ///   - allowsLegacy: whether hashes of legacy formats are checked: see ``PasswordHash/isLegacy``.
    ///   - expected: ``expectedHash``, if that is not one of ours.
    package init(
        _ limits: HashingQueue.Limits, pepper: [UInt8] = [], allowsLegacy: Bool = true,
        expecting expected: HashingTime = ownHash
    ) {
        threads = HelperThreads(name: "hashing", threads: limits.threads, waiting: 0, niceness: Self.niceness)
        queue = HashingQueue(limits, usual: Argon2Hash.ofNobody.cost)
        self.pepper = pepper
        self.allowsLegacy = allowsLegacy
        expectedHash = expected.joined(with: Self.ownHash)
        failures = FailureTime(expecting: expectedHash)
    }

    /// How long every failed login with a password of so many bytes takes, apart from the time that it waits in the
    /// queue. It does not depend on whether there is such a user, nor on how their password is stored: it is more than
    /// the slowest hash takes.
    func failureTime(ofPassword length: Int) -> Duration { failures.time(ofPassword: length) }

    /// What the slowest hash in use costs, as far as is known here.
    package var slowestHash: HashingTime { failures.slowestHash }

    /// All workers together know of a hash of this cost.
    package func learn(sharedSlowestHash time: HashingTime) { failures.learn(shared: time) }

    /// A hash of this cost is in use.
    func learn(_ cost: HashingCost) { failures.learn(hash: HashingTime(cost)) }

    /// A place in the queue for a login that has arrived: to be asked for before anything else is done for it.
    package func admit() throws(Failure) -> HashingPlace {
        let now = BootInstant.now
        guard heldBack < Self.mostHeldBack else { throw .busy(retryAfter: 1) }
        guard let number = queue.admit(at: now) else {
            throw .busy(retryAfter: max(1, Int(queue.expectedWait(at: now).seconds.rounded(.up))))
        }
        return HashingPlace(number, of: self)
    }

    /// The form in which a new password is stored. Takes tens of milliseconds on the calling thread: for commands.
    package nonisolated static func hash(_ password: [UInt8]) throws(Failure) -> String {
        do throws(HashingFailure) {
            return try Argon2Hash(password: password).text
        } catch {
            throw .failed(error.reason)
        }
    }

    /// Reads a stored hash that may be checked here.
    func read(_ stored: String) throws(PasswordHashProblem) -> PasswordHash {
        let hash = try PasswordHash(stored, pepper: pepper)
        if hash.isLegacy && !allowsLegacy { throw .legacyRefused(hash.format) }
        return hash
    }

    /// Waits for a place's turn and then runs `body` on a thread.
    /// - Parameter isWanted: asked when the turn has come.
    func run<T: Sendable>(
        _ number: HashingQueue.Number, _ format: PasswordFormat, _ cost: HashingCost, isWanted: @EventLoop () -> Bool,
        _ body: @escaping @Sendable () -> Result<T, HashingFailure>
    ) async throws(Failure) -> T {
        queue.enqueue(number, cost)
        await withCheckedContinuation { continuation in
            waiting[number] = continuation
            callNext()
        }
        guard isWanted() else {
            leave(number)
            throw .abandoned
        }
        let turn = BootInstant.now
        let result: Result<T, HashingFailure>
        do throws(HelperThreads.Busy) {
            result = try await threads.run { body() }
        } catch {
            leave(number)
            throw .failed("no thread can be started")
        }
        queue.finish(number, at: .now)
        let end = BootInstant.now
        callNext()
        switch result {
        case .success(let value):
            failures.measured(format, cost.time, took: end - turn)
            return value
        case .failure(let failure): throw .failed(failure.reason)
        }
    }

    /// Nobody is hashed for at this place any more.
    func leave(_ number: HashingQueue.Number) {
        queue.forget(number)
        callNext()
    }

    /// Waits until a moment while nobody waits for a place; not longer than anybody wants to know the answer.
    func holdBack(until end: BootInstant, isWanted: @EventLoop () -> Bool) async {
        heldBack += 1
        defer { heldBack -= 1 }
        while isWanted() {
            let left = end - .now
            guard left > .zero else { return }
            await Reactor.shared.sleep(for: min(left, Self.patience))
        }
    }

    /// After which time it is asked again whether a client is still there.
    private static let patience = Duration.milliseconds(250)

    private func callNext() {
        while let number = queue.next(at: .now) { waiting.removeValue(forKey: number)?.resume() }
    }
}
