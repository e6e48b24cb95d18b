internal import EventLoop
internal import Logging

/// Ends the sessions of users whom the users query no longer finds, or finds disabled: for tables of other programs
/// that cannot have a trigger.
@EventLoop
final class ExternalUserSweep {
    private let users: ExternalUsers
    private let lane: CommandLane
    private let interval: Duration
    private let log: Logger
    /// Ends all sessions of the user with the given id.
    private let endSessions: @EventLoop (_ userID: String) async throws(SessionStoreError) -> Void
    /// The users whom this process has not found, until they are looked up again.
    private var absence: UserAbsence?

    private static let batchSize = 500
    /// The number of users that may be missing even if fewer are still found.
    private static let maxGone = 10

    /// The result of a comparison.
    private struct Outcome {
        /// The users who may no longer sign in.
        var disabled: [SignedInUsers.Row] = []
        /// The users who were not found under their id.
        var missing: [SignedInUsers.Row] = []
        /// The number of users who may, and the first of them.
        var found = 0
        var witness: SignedInUsers.Row?
        /// The number of users that could not be checked, and the last reason.
        var unclear = 0
        var reason = ""

        var gone: Int { disabled.count + missing.count }
    }

    /// Whether a signed-in user may still sign in.
    private enum Presence {
        case found
        case disabled
        case missing
        case unclear(String)
    }

    init(
        users: ExternalUsers, lane: CommandLane, interval: Duration, log: Logger,
        endSessions: @escaping @EventLoop (_ userID: String) async throws(SessionStoreError) -> Void
    ) {
        self.users = users
        self.lane = lane
        self.interval = interval
        self.log = log
        self.endSessions = endSessions
    }

    /// Compares whenever it is time, until `schedule` stops.
    func run(_ schedule: ClusterSchedule) async {
        if let absence { return await lookAgain(absence, schedule) }
        do throws(PostgreSQLError) {
            guard try await lane.run(ClaimUserSweep(interval: interval)) else { return }
        } catch {
            return logFailure(error, schedule)
        }
        do throws(PostgreSQLError) {
            let outcome = try await compare(schedule)
            logSuccess()
            guard !schedule.isStopped else { return }
            guard try await holds(outcome) else {
                log.debug("\(users.name): the users changed while they were compared: comparing them again")
                return await resign()
            }
            try await handle(outcome, schedule)
        } catch {
            logFailure(error, schedule)
            await resign()
        }
    }

    /// Looks up missing users again when it is time, and ends the sessions of those who are still missing, unless some of them
    /// are back.
    private func lookAgain(_ earlier: UserAbsence, _ schedule: ClusterSchedule) async {
        do throws(PostgreSQLError) {
            // No other process compares meanwhile: it would not know that they may be coming back.
            _ = try await lane.run(ClaimUserSweep(interval: .zero))
            guard earlier.dueAt <= .now else { return }
            var missing: [SignedInUsers.Row] = []
            for user in earlier.users where !schedule.isStopped {
                if case .missing = try await presence(of: user) { missing.append(user) }
            }
            logSuccess()
            guard !schedule.isStopped else { return }
            var later = earlier
            if later.update(missing, at: .now) {
                absence = nil
                return try await end(missing, schedule)
            }
            log.debug("\(users.name) finds users again: waiting for the other \(missing.count)")
            absence = missing.isEmpty ? nil : later
        } catch {
            logFailure(error, schedule)
            // Before the sessions end, the users are looked up once more at the next attempt.
            if absence == nil { await resign() }
        }
    }

    private func logSuccess() {
        guard let fields = users.comparisonFailure.end() else { return }
        log.info("\(users.name): looking for removed users works again", metadata: fields)
    }

    private func logFailure(_ error: PostgreSQLError, _ schedule: ClusterSchedule) {
        // A store that is closed ends the work under way.
        guard !schedule.isStopped else { return }
        let reason = error.impersonalReason
        guard let fields = users.comparisonFailure.begin(reason) else { return }
        log.warning("\(users.name): looking for removed users failed: \(reason)", metadata: fields)
    }

    /// Makes the comparison due again soon, if possible.
    private func resign() async {
        do throws(PostgreSQLError) {
            try await lane.run(ResignUserSweep())
        } catch {
            log.debug("looking for removed users postponed: \(error.impersonalReason)")
        }
    }

    private func compare(_ schedule: ClusterSchedule) async throws(PostgreSQLError) -> Outcome {
        var outcome = Outcome()
        var last = ""
        while !schedule.isStopped {
            let batch = try await lane.run(SignedInUsers(after: last, limit: Self.batchSize))
            for signedIn in batch where !schedule.isStopped {
                last = signedIn.userID
                switch try await presence(of: signedIn) {
                case .found:
                    outcome.found += 1
                    outcome.witness = outcome.witness ?? signedIn
                case .disabled: outcome.disabled.append(signedIn)
                case .missing: outcome.missing.append(signedIn)
                case .unclear(let reason):
                    outcome.unclear += 1
                    outcome.reason = reason
                }
            }
            guard batch.count == Self.batchSize else { break }
        }
        return outcome
    }

    private func presence(of signedIn: SignedInUsers.Row) async throws(PostgreSQLError) -> Presence {
        switch try await users.look(signedIn.username) {
        case .success(.user(let user)) where user.identity.userID == signedIn.userID: .found
        case .success(.disabled(let id)) where id == signedIn.userID: .disabled
        case .success: .missing
        case .failure(let problem): .unclear(problem.reason)
        }
    }

    /// Returns whether the first user who was found is still found after all others were looked up. A table that was emptied
    /// meanwhile, to be filled anew, leaves those of the beginning found and all others gone.
    private func holds(_ outcome: Outcome) async throws(PostgreSQLError) -> Bool {
        guard outcome.gone > 0, let witness = outcome.witness else { return true }
        guard case .found = try await presence(of: witness) else { return false }
        return true
    }

    private func handle(_ outcome: Outcome, _ schedule: ClusterSchedule) async throws(PostgreSQLError) {
        if outcome.unclear > 0 {
            log.warning(
                "\(users.name) \(outcome.reason): \(outcome.unclear) signed-in users could not be checked; their sessions are kept"
            )
        }
        // The query does not find users by the names that it returned itself, or the table is being filled.
        guard outcome.found > 0 ? outcome.gone <= max(Self.maxGone, outcome.found) : outcome.gone <= 1 else {
            return log.error(
                "\(users.name) finds \(outcome.found == 0 ? "none" : "less than half") of the signed-in users; their sessions are kept; it must find users by the username that it returns"
            )
        }
        if !outcome.missing.isEmpty {
            absence = UserAbsence(outcome.missing, found: outcome.found, interval: interval, at: .now)
            log.debug("\(users.name) does not find \(outcome.missing.count) signed-in users: looking them up again")
        }
        try await end(outcome.disabled, schedule)
    }

    /// Ends the sessions of users who are gone.
    private func end(_ gone: [SignedInUsers.Row], _ schedule: ClusterSchedule) async throws(PostgreSQLError) {
        for user in gone where !schedule.isStopped {
            // The table may be full again.
            switch try await presence(of: user) {
            case .found, .unclear: continue
            case .disabled, .missing: break
            }
            do throws(SessionStoreError) {
                try await endSessions(user.userID)
            } catch {
                return log.warning("ending sessions failed: \(error)")
            }
        }
    }
}
