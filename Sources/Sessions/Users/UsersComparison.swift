internal import EventLoop
internal import Logging

/// Ends the sessions of users whom the users query does not find any more, or finds disabled: for tables of other programs
/// that no trigger can be hung on.
@EventLoop
struct UsersComparison {
    let users: QueriedUsers
    let lane: CommandLane
    let statements: Statements
    let interval: Duration
    let log: Logger
    /// Ends all sessions of the user with this id.
    let endSessions: @EventLoop (_ userID: String) async throws(SessionStoreError) -> Void

    private static let batchSize = 500

    /// Does it if it is time, until `schedule` stops.
    func run(_ schedule: SharedSchedule) async {
        do throws(SessionStoreError) {
            let claim = try await rows(statements.claimUsersComparison, [.number(interval.seconds)], mayRepeat: false)
            guard !claim.isEmpty else { return }
            let (gone, found) = try await compare(schedule)
            guard !schedule.isStopped else { return }
            // A query that finds nobody by the names that it gave to sessions itself, or a table that is being filled.
            guard found > 0 || gone.count <= 1 else {
                log.error(
                    "\(users.name) finds none of the \(gone.count) users who are signed in: their sessions stay; it must find users by the username that it returns"
                )
                return
            }
            for userID in gone where !schedule.isStopped {
                try await endSessions(userID)
                log.notice(
                    "sessions ended: \(users.name) does not find the user any more", metadata: ["user": "\(userID)"])
            }
        } catch {
            log.warning("the users who are signed in could not be compared with \(users.name): \(error)")
        }
    }

    /// - Returns: the ids of those who may not sign in any more, and how many may.
    private func compare(_ schedule: SharedSchedule) async throws(SessionStoreError) -> (gone: [String], found: Int) {
        var gone: [String] = []
        var found = 0
        var last = ""
        while !schedule.isStopped {
            let batch = try await rows(
                statements.signedInUsers, [.text(last), .number(Self.batchSize)], mayRepeat: true)
            for row in batch where !schedule.isStopped {
                guard let userID = row[0], let username = row[1] else { continue }
                last = userID
                if try await users.user(named: username).user?.identity.userID == userID {
                    found += 1
                } else {
                    gone.append(userID)
                }
            }
            guard batch.count == Self.batchSize else { break }
        }
        return (gone, found)
    }

    private func rows(
        _ sql: String, _ parameters: [PostgreSQLParameter], mayRepeat: Bool
    ) async throws(SessionStoreError) -> CommandLane.Rows {
        do throws(PostgreSQLError) {
            return try await lane.rows(sql, parameters, mayRepeat: mayRepeat)
        } catch {
            throw .unavailable(error.impersonalReason)
        }
    }
}
