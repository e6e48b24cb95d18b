import EventLoop
import Synchronization
import TestSupport

@testable import Sessions

/// Checks on several stores of sessions that end next, have just ended, or ended a while ago. For each check it is
/// known whether the store had been notified of the end when it started.
@EventLoop
final class RevocationRace {
    struct Counts: Sendable {
        var accepted = 0
        var refused = 0
        /// The distinct errors of checks.
        var failures: Set<String> = []
        /// The checks that started after the store was notified of the end, and those of them that accepted the
        /// session.
        var afterHearing = 0
        var acceptedAfterHearing = 0
        /// The checks that started later than the revocation delay after the acknowledgement of the end, and those of
        /// them that accepted the session.
        var late = 0
        var acceptedLate = 0
    }

    private let stores: [SessionStore]
    private let tokens: [SessionToken]
    /// The times of the ends. A mutex, because the ends are recorded outside of the loop, without waiting for it.
    private let ends = Mutex<[BootInstant]>([])
    /// The number of iterations, with which the ending of sessions stays in step with the checks.
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

    /// Records that the end of the next session has just been acknowledged.
    nonisolated func ended() { ends.withLock { $0.append(.now) } }

    func stop() async -> Counts {
        isStopped = true
        while underWay > 0 { await Reactor.shared.sleep(for: .milliseconds(1)) }
        return counts
    }

    private func turn() {
        guard !isStopped else { return }
        Reactor.shared.schedule(after: .milliseconds(2)) { [self] in turn() }
        // The load is limited, because this is not a load test.
        guard underWay < Self.mostUnderWay else { return }
        turns.wrappingAdd(1, ordering: .relaxed)
        let now = BootInstant.now
        let endedAt = ends.withLock { $0 }
        for store in stores {
            let next = endedAt.count
            for index in max(0, next - 2)..<min(tokens.count, next + 4) { check(index, store, endedAt) }
            // An entry that one store writes may be read by the other before the session ends.
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

    /// Returns whether a snapshot of the session would be refused even if PostgreSQL had just returned it.
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
