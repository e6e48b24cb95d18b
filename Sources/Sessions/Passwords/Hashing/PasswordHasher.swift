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
    private var queue: HashingQueue
    private var failures: FailedLoginDelay
    /// How many answers are held back.
    private var heldBack = 0
    private var waiting: [HashingQueue.Number: CheckedContinuation<Void, Never>] = [:]

    /// What a hash of ours costs.
    package static let ownHash = Argon2Hash.ofNobody.cost

    /// Where they compete for a processor, the loop gets nine tenths of it.
    private static let niceness: Int32 = 10

    /// Each has a connection, and checks need some too.
    private static let maxHeldBack = 256

    /// - Parameters:
    ///   - pepper: what Devise appends to each password before bcrypt.
    ///   - allowsLegacy: whether hashes of legacy formats are checked: see ``PasswordHash/isLegacy``.
    ///   - expected: what hashes of other software probably cost at most; nil where there should be none.
    package init(
        _ limits: HashingQueue.Limits, pepper: [UInt8] = [], allowsLegacy: Bool = true,
        expecting expected: HashingCost? = nil
    ) {
        threads = HelperThreads(name: "hashing", threads: limits.threads, waiting: 0, niceness: Self.niceness)
        self.pepper = pepper
        self.allowsLegacy = allowsLegacy
        failures = FailedLoginDelay(own: Self.ownHash, expecting: expected)
        queue = HashingQueue(limits, usual: failures.highestCost)
    }

    /// How long every failed login with a password of so many bytes takes, apart from the time that it waits in the
    /// queue. It does not depend on whether there is such a user, nor on how their password is stored: it is more than
    /// the slowest hash takes.
    func failureTime(ofPassword length: Int) -> Duration { failures.time(ofPassword: length) }

    /// How long at least a failed login with such a password has its turn: as long as the slowest hash takes.
    func placeTime(ofPassword length: Int) -> Duration { failures.placeTime(ofPassword: length) }

    /// What the hashes in use cost at most, if that is not what all workers know already.
    package var news: HashingCost? { failures.news }

    /// All workers together know of hashes that cost so much at most.
    package func learn(shared cost: HashingCost) {
        failures.learn(shared: cost)
        queue.learn(largestHash: failures.highestCost.bytes)
    }

    /// A hash of this kind and cost is in use.
    func learn(_ kind: HashSpeedClass, _ cost: HashingCost) {
        failures.learn(kind, cost)
        queue.learn(largestHash: failures.highestCost.bytes)
    }

    /// A place in the queue for a login that has arrived: to be asked for before anything else is done for it.
    package func admit() throws(Failure) -> HashingTicket {
        let now = BootInstant.now
        guard heldBack < Self.maxHeldBack else { throw .busy(retryAfter: 1) }
        guard let number = queue.admit(at: now) else { throw busy(at: now) }
        return HashingTicket(number, of: self)
    }

    private func busy(at now: BootInstant) -> Failure {
        .busy(retryAfter: max(1, Int(queue.expectedWait(at: now).seconds.rounded(.up))))
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

    /// Waits for a place's turn, which goes on afterwards, and then runs `body` on a thread.
    /// - Parameter isWanted: asked when the turn has come.
    func run<T: Sendable>(
        _ number: HashingQueue.Number, _ kind: HashSpeedClass, _ cost: HashingCost, isWanted: @EventLoop () -> Bool,
        _ body: @escaping @Sendable () -> Result<T, HashingFailure>
    ) async throws(Failure) -> T {
        let ready = BootInstant.now
        queue.enqueue(number)
        await withCheckedContinuation { continuation in
            waiting[number] = continuation
            callNext()
        }
        let start = BootInstant.now
        let failure: Failure? =
            if !isWanted() { .abandoned } else if start - ready > queue.maxWait { busy(at: start) } else { nil }
        if let failure {
            queue.forget(number)
            callNext()
            throw failure
        }
        let result: Result<T, HashingFailure>
        do throws(HelperThreads.Busy) {
            result = try await threads.run { body() }
        } catch {
            throw .failed("no thread can be started")
        }
        switch result {
        case .success(let value):
            failures.measured(kind, cost.time, took: .now - start)
            return value
        case .failure(let failure): throw .failed(failure.reason)
        }
    }

    /// A place's turn is over when it has taken so long, now at the earliest.
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

    /// Nobody is to be hashed for at this place any more. A turn that has come goes on to its end.
    func leave(_ number: HashingQueue.Number) {
        guard queue.turn(of: number) == nil else { return }
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
