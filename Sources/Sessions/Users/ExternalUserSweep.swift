internal import EventLoop
internal import Logging

/// Ends the sessions of users whom the users query no longer finds, or finds disabled: for tables of other programs
/// that cannot have a trigger.
@EventLoop
struct ExternalUserSweep {
    let users: ExternalUsers
    let lane: CommandLane
    let interval: Duration
    let log: Logger
    /// Ends all sessions of the user with the given id.
    let endSessions: @EventLoop (_ userID: String) async throws(SessionStoreError) -> Void

    private static let batchSize = 500
    /// The number of users that may be missing even if fewer are still found.
    private static let maxGone = 10

    /// The result of a comparison.
    private struct Outcome {
        /// The users who may no longer sign in.
        var gone: [SignedInUsers.Row] = []
        /// The number of users who may, and the first of them.
        var found = 0
        var witness: SignedInUsers.Row?
        /// The number of users that could not be checked, and the last reason.
        var unclear = 0
        var reason = ""
    }

    /// Whether a signed-in user may still sign in.
    private enum Presence {
        case found
        case gone
        case unclear(String)
    }

    /// Compares whenever it is time, until `schedule` stops.
    func run(_ schedule: ClusterSchedule) async {
        do throws(PostgreSQLError) {
            guard try await lane.run(ClaimUserSweep(interval: interval)) else { return }
        } catch {
            return logFailure(error)
        }
        do throws(PostgreSQLError) {
            let outcome = try await compare(schedule)
            if let fields = users.comparisonFailure.end() {
                log.info("\(users.name): looking for removed users works again", metadata: fields)
            }
            guard !schedule.isStopped else { return }
            guard try await holds(outcome) else {
                log.debug("\(users.name): the users changed while they were compared: comparing them again")
                return await resign()
            }
            try await end(outcome, schedule)
        } catch {
            logFailure(error)
            await resign()
        }
    }

    private func logFailure(_ error: PostgreSQLError) {
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
                case .gone: outcome.gone.append(signedIn)
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
        case .success(let user) where user.user?.identity.userID == signedIn.userID: .found
        case .success: .gone
        case .failure(let problem): .unclear(problem.reason)
        }
    }

    /// Returns whether the first user who was found is still found after all others were looked up. A table that was emptied
    /// meanwhile, to be filled anew, leaves those of the beginning found and all others gone.
    private func holds(_ outcome: Outcome) async throws(PostgreSQLError) -> Bool {
        guard !outcome.gone.isEmpty, let witness = outcome.witness else { return true }
        guard case .found = try await presence(of: witness) else { return false }
        return true
    }

    private func end(_ outcome: Outcome, _ schedule: ClusterSchedule) async throws(PostgreSQLError) {
        if outcome.unclear > 0 {
            log.warning(
                "\(users.name) \(outcome.reason): \(outcome.unclear) signed-in users could not be checked; their sessions are kept"
            )
        }
        let count = outcome.gone.count
        // The query does not find users by the names that it returned itself, or the table is being filled.
        guard outcome.found > 0 ? count <= max(Self.maxGone, outcome.found) : count <= 1 else {
            return log.error(
                "\(users.name) finds \(outcome.found == 0 ? "none" : "less than half") of the signed-in users; their sessions are kept; it must find users by the username that it returns"
            )
        }
        for user in outcome.gone where !schedule.isStopped {
            // The table may be full again.
            guard case .gone = try await presence(of: user) else { continue }
            do throws(SessionStoreError) {
                try await endSessions(user.userID)
            } catch {
                return log.warning("ending sessions failed: \(error)")
            }
        }
    }
}
