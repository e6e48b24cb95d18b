internal import EventLoop
internal import Logging

/// Removes expired sessions, and what the throttle of logins has no more use for, once an interval, in one process of all that share the database: whoever asks first when it is
/// time. Small batches with pauses, so that nobody notices.
@EventLoop
final class CleanupSchedule {
    private let lane: CommandLane
    private let statements: Statements
    private let interval: Duration
    private let log: Logger
    private var timer: LoopTimer?
    private var isStopped = false

    private static let batchSize = 500

    init(_ lane: CommandLane, _ statements: Statements, interval: Duration, log: Logger) {
        self.lane = lane
        self.statements = statements
        self.interval = interval
        self.log = log
    }

    func start() { scheduleNext() }

    func stop() {
        isStopped = true
        timer?.cancel()
    }

    /// Asks several times an interval, at random times, so that it happens about then also when the process that did it
    /// last time is gone.
    private func scheduleNext() {
        guard !isStopped else { return }
        timer = Reactor.shared.schedule(after: interval / 4 * Double.random(in: 0.5...1)) { [weak self] in
            EventLoop.spawn {
                guard let self else { return }
                await self.cleanUp()
                self.scheduleNext()
            }
        }
    }

    private func cleanUp() async {
        do throws(PostgreSQLError) {
            let claim = try await lane.rows(statements.claimCleanup, [.number(interval.seconds)], mayRepeat: false)
            guard claim.first?.first == "t" else { return }
            let started = BootInstant.now
            let removed = try await removeAll()
            try await removeThrottle()
            if removed > 0 {
                log.info("removed \(removed) expired sessions in \((BootInstant.now - started).seconds) s")
            }
        } catch {
            log.warning("expired sessions could not be removed: \(error.reason)")
        }
    }

    /// What the throttle of logins has no more use for.
    private func removeThrottle() async throws(PostgreSQLError) {
        while !isStopped {
            let started = BootInstant.now
            let rows = try await lane.rows(
                statements.removeExpiredThrottle, [.number(Self.batchSize)], mayRepeat: true)
            guard rows.first?.first == "\(Self.batchSize)" else { return }
            await Reactor.shared.sleep(for: (BootInstant.now - started) * Double.random(in: 1...3))
        }
    }

    private func removeAll() async throws(PostgreSQLError) -> Int {
        var removed = 0
        var reached = "-infinity"
        while !isStopped {
            let started = BootInstant.now
            let rows = try await lane.rows(
                statements.removeExpired, [.number(Self.batchSize), .text(reached)], mayRepeat: true)
            // Nothing: somebody else does it at this moment, by hand.
            guard let row = rows.first, let count = row[0].flatMap({ Int($0) }), count > 0 else { break }
            removed += count
            reached = row[1] ?? reached
            // That was all. What expires meanwhile is for the next time: on a busy site that is always something.
            guard count == Self.batchSize else { break }
            // Most of the time is everybody else's.
            await Reactor.shared.sleep(for: (BootInstant.now - started) * Double.random(in: 1...3))
        }
        return removed
    }
}
