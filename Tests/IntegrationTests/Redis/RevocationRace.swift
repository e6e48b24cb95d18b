import EventLoop
import Synchronization
import TestSupport

@testable import Sessions

/// Checks of the sessions that end next, that have just ended and that ended a while ago, on several stores, of which it
/// is known whether the store had heard of the end when they began.
@EventLoop
final class RevocationRace {
    struct Counts: Sendable {
        var accepted = 0
        var refused = 0
        /// Why nobody could tell, each reason once.
        var failures: Set<String> = []
        /// Checks that began after the store had heard of the end, and those of them that accepted the session.
        var afterHearing = 0
        var acceptedAfterHearing = 0
        /// The same for checks that began later than the revocation delay after the end was acknowledged.
        var late = 0
        var acceptedLate = 0
    }

    private let stores: [SessionStore]
    private let tokens: [SessionToken]
    /// Added to by whoever ends sessions, who is not to wait for the loop.
    private let ends = Mutex<[BootInstant]>([])
    /// How often checks were begun, for whoever ends sessions not to be far ahead of them.
    nonisolated let turns = Atomic(0)
    private var random = SeededGenerator(seed: 4)
    private var isStopped = false
    private var underWay = 0
    private var sessions: [SHA256Digest: PackedSession] = [:]
    private(set) var counts = Counts()

    private static let mostUnderWay = 100

    init(_ stores: [SessionStore], _ tokens: [SessionToken]) {
        self.stores = stores
        self.tokens = tokens
        turn()
    }

    /// The end of the next one was acknowledged just now.
    nonisolated func ended() { ends.withLock { $0.append(.now) } }

    func stop() async -> Counts {
        isStopped = true
        while underWay > 0 { await Reactor.shared.sleep(for: .milliseconds(1)) }
        return counts
    }

    private func turn() {
        guard !isStopped else { return }
        Reactor.shared.schedule(after: .milliseconds(2)) { [self] in turn() }
        // The race is not about how much they can bear.
        guard underWay < Self.mostUnderWay else { return }
        turns.wrappingAdd(1, ordering: .relaxed)
        let now = BootInstant.now
        let endedAt = ends.withLock { $0 }
        for store in stores {
            let next = endedAt.count
            for index in max(0, next - 2)..<min(tokens.count, next + 4) { check(index, store, endedAt) }
            // What one store fills in the other may find, before it ends.
            for _ in 0..<6 {
                check(min(tokens.count - 1, next + Int.random(in: 4..<40, using: &random)), store, endedAt)
            }
            guard let oldest = endedAt.first, now - oldest > TestStore.revocationDelay else { continue }
            for _ in 0..<2 { check(Int.random(in: endedAt.indices, using: &random), store, endedAt) }
        }
    }

    private func check(_ index: Int, _ store: SessionStore, _ endedAt: [BootInstant]) {
        let token = tokens[index]
        let now = BootInstant.now
        let hadHeard = hasHeard(token.hash, store)
        let isLate = index < endedAt.count && now > endedAt[index] + TestStore.revocationDelay
        if hadHeard { counts.afterHearing += 1 }
        if isLate { counts.late += 1 }
        underWay += 1
        store.lookUp(token) { [self] result in
            underWay -= 1
            switch result {
            case .success(.some(let session)):
                sessions[token.hash] = session
                counts.accepted += 1
                if hadHeard { counts.acceptedAfterHearing += 1 }
                if isLate { counts.acceptedLate += 1 }
            case .success(.none): counts.refused += 1
            case .failure(let error): counts.failures.insert("\(error)")
            }
        }
    }

    /// Whether a snapshot on the session would not be believed even if PostgreSQL had made it this very moment.
    private func hasHeard(_ hash: SHA256Digest, _ store: SessionStore) -> Bool {
        let now = BootInstant.now
        let memory = store.readLane.memory
        guard memory.hasLease(at: now), let session = sessions[hash], let origin = store.readLane.origin,
            let clock = memory.databaseTime(at: now)
        else { return false }
        let snapshot = SessionSnapshot(session: session, asOf: clock, origin: origin)
        return !memory.accepts(snapshot, on: hash, of: session.userKey, at: now)
    }
}
