import EventLoop
import TestSupport

@testable import Sessions

/// A read lane with its memory, as in a store, and checks. For each check it is known whether the memory had been
/// notified of the session's end when it started.
@EventLoop
final class ListeningLane {
    /// The results of the checks so far.
    struct Counts: Sendable {
        var kept = 0
        var confirmed = 0
        var refused = 0
        var failed = 0
        /// The checks that started after the notification of the end.
        var afterHearing = 0
        /// The checks among them that accepted the session.
        var wrong = 0
    }

    private let memory: SessionMemory
    private let lane: ReadLane
    private var packed: PackedSession?
    private(set) var counts = Counts()
    private(set) var underWay = 0

    init(_ url: String, log: RecordedLog) {
        memory = SessionMemory(
            entries: 50_000, hasOthers: false, rule: FreshnessRule(leaseTime: TestStore.revocationDelay),
            recordsAllTouches: false, log: log.logger)
        let threads = HelperThreads(name: "connecting", threads: 1, waiting: 1)
        lane = ReadLane(
            PostgreSQLConfiguration(url: Secret(url)), memory: memory, migrations: nil, threads: threads,
            log: log.logger)
        lane.start()
    }

    func close() { lane.close() }

    /// Performs a check: from memory if permitted, otherwise by a look-up.
    ///
    /// - Parameter asksAnyway: Whether to perform a look-up in any case.
    func check(_ token: SessionToken, asksAnyway: Bool = false) {
        let hash = token.hash
        let hadHeard = hasHeard(hash)
        if hadHeard { counts.afterHearing += 1 }
        if !asksAnyway, memory.session(hash, at: .now) != nil {
            counts.kept += 1
            if hadHeard { counts.wrong += 1 }
            return
        }
        underWay += 1
        lane.lookUp(hash) { [self] result in
            underWay -= 1
            switch result {
            case .success(.some(let session)):
                packed = session
                counts.confirmed += 1
                if hadHeard { counts.wrong += 1 }
            case .success(.none): counts.refused += 1
            case .failure: counts.failed += 1
            }
        }
    }

    /// Returns whether a snapshot of the session would be refused even if PostgreSQL had just returned it.
    private func hasHeard(_ hash: SHA256Digest) -> Bool {
        let now = BootInstant.now
        guard memory.hasLease(at: now), let packed, let origin = lane.origin,
            let clock = memory.databaseTime(at: now)
        else { return false }
        let snapshot = SessionSnapshot(session: packed, asOf: clock, origin: origin)
        return !memory.accepts(snapshot, on: hash, of: packed.userKey, at: now)
    }
}
