internal import EventLoop
internal import Logging
internal import Sessions

/// Counts the sessions in the database when somebody asks for metrics, at most once a minute in all workers together. An
/// answer does not wait for it: it has the previous number.
@EventLoop
final class SessionCounter {
    private let slot: OwnSlot
    private let store: SessionStore
    private let log: Logger
    private var isCounting = false
    private var nextAttempt = BootInstant(nanoseconds: 0)

    /// The age beyond which a number is counted again.
    private static let age = Duration.seconds(60)
    /// The time between two attempts of one worker.
    private static let pause = Duration.seconds(10)

    init(slot: OwnSlot, store: SessionStore, log: Logger) {
        self.slot = slot
        self.store = store
        self.log = log
    }

    /// Counts the sessions again if the last number is old.
    /// - Parameter reading: What the scoreboard says now.
    func refresh(_ reading: ScoreboardReading) {
        let now = reading.instant
        if let age = reading[.censusAge], age < UInt64(Self.age.nanoseconds) { return }
        guard !isCounting, now >= nextAttempt, store.wasReached else { return }
        isCounting = true
        nextAttempt = now + Self.pause
        EventLoop.spawn { [self] in
            defer { isCounting = false }
            do throws(SessionStoreError) {
                let census = try await store.census()
                slot.set(.sessions, to: census.sessions)
                slot.set(.cleanupLag, to: Int(census.lag.nanoseconds))
                slot.set(.censusAge, to: Int(BootInstant.now.nanoseconds))
            } catch {
                log.debug("counting the sessions failed: \(error.reason)")
            }
        }
    }
}
