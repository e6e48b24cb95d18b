internal import EventLoop
internal import Logging

/// The removal of expired sessions, of those that ended with all others of a user, of expired data of the login throttle, and
/// of old records of changes, in small batches with pauses, so that the database stays responsive.
@EventLoop
struct SessionCleanup {
    let lane: CommandLane
    let interval: Duration
    let meter: StoreMeter
    let log: Logger

    private static let batchSize = 500

    /// Cleans up whenever it is due, until `schedule` stops.
    func run(_ schedule: ClusterSchedule) async {
        do throws(PostgreSQLError) {
            guard try await lane.run(ClaimCleanup(interval: interval)) else { return }
            meter.count(.cleanups)
            let started = BootInstant.now
            let removed = try await removeEndedSessions(schedule) + removeSessions(schedule)
            try await remove(schedule, RemoveExpiredThrottle(limit: Self.batchSize), .removedThrottle)
            try await remove(schedule, RemoveOldAudit(limit: Self.batchSize), .removedAudit)
            if removed > 0 {
                log.info("removed \(removed) expired sessions in \((BootInstant.now - started).seconds) s")
            }
        } catch {
            // A store that is closed ends the work under way: no failure, and another process does the rest.
            guard !schedule.isStopped else { return }
            meter.count(.cleanupFailures)
            log.warning("removing expired sessions failed: \(error.reason)")
        }
    }

    private func removeEndedSessions(_ schedule: ClusterSchedule) async throws(PostgreSQLError) -> Int {
        var removed = 0
        var reached: String?
        while !schedule.isStopped {
            let started = BootInstant.now
            // Nil: a command is removing sessions at the moment.
            guard let batch = try await lane.run(RemoveEndedSessions(limit: Self.batchSize, since: reached)) else {
                break
            }
            removed += batch.count
            meter.count(.removedSessions, by: batch.count)
            reached = batch.reached
            if reached == nil { break }
            await pause(since: started)
        }
        return removed
    }

    private func removeSessions(_ schedule: ClusterSchedule) async throws(PostgreSQLError) -> Int {
        var removed = 0
        var reached: String?
        while !schedule.isStopped {
            let started = BootInstant.now
            let batch = try await lane.run(RemoveExpiredSessions(limit: Self.batchSize, since: reached))
            // Nil: a command is removing sessions at the moment.
            guard let batch else { break }
            removed += batch.count
            meter.count(.removedSessions, by: batch.count)
            reached = batch.reached
            // The rest expired meanwhile and is left for the next time; on a busy site there is always some.
            guard batch.count == Self.batchSize else { break }
            await pause(since: started)
        }
        return removed
    }

    /// Repeats a statement as long as it removes as many rows as it may.
    private func remove<S: Statement>(
        _ schedule: ClusterSchedule, _ batch: S, _ metric: StoreMetric
    ) async throws(PostgreSQLError) where S.Answer == Int {
        while !schedule.isStopped {
            let started = BootInstant.now
            let removed = try await lane.run(batch)
            meter.count(metric, by: removed)
            guard removed == Self.batchSize else { return }
            await pause(since: started)
        }
    }

    /// Leaves the database to others for one to three times as long as the batch took.
    private func pause(since started: BootInstant) async {
        await Reactor.shared.sleep(for: (BootInstant.now - started) * Double.random(in: 1...3))
    }
}
