internal import EventLoop
internal import Logging

/// The users of another program's tables, as the operator's statements find them. Each kind of statement has a
/// connection of its own, so that a slow one keeps nothing waiting but logins.
@EventLoop
final class ExternalUsers {
    private let query: UsersQuery
    private let url: Secret
    private let threads: HelperThreads
    private let lane: CommandLane
    private let rehashLane: CommandLane
    private let log: Logger
    private var failure = LogEpisode.ofRequests
    /// Whether the query has returned a column `disabled`.
    private var hasDisabled = false
    private let isPooled: Bool
    /// Whether a connection keeps the setting that a rehash needs.
    private var canRehash = true

    init(_ query: UsersQuery, _ configuration: PostgreSQLConfiguration, threads: HelperThreads, log: Logger) {
        self.query = query
        self.threads = threads
        self.log = log
        url = configuration.url
        isPooled = !configuration.usesPreparedStatements
        var patient = configuration
        patient.writeDeadline = query.deadline
        // Looking for a user is to change nothing, whatever functions the query calls.
        lane = CommandLane(
            patient, name: "users lane", preparation: "SET default_transaction_read_only = on", threads: threads,
            log: log)
        // What the triggers of the migration 0008 look at: the password stays the same, and so do the sessions. Without it
        // the new hash would end them, and on a connection that others get it would keep theirs alive.
        rehashLane = CommandLane(
            configuration, name: "rehash lane", preparation: "SET authfcgi.rehashing = 'on'", requiresPreparation: true,
            threads: threads, log: log)
    }

    /// What the query is called in the log.
    var name: String { query.name }
    var rehashes: Bool { query.rehash != nil && canRehash }

    /// Finds out on a connection of its own whether the statements can work at all.
    func check() async throws(PostgreSQLError) {
        let (query, url, isPooled, log) = (query, url, isPooled, log)
        let result: Result<(columns: [String], keepsState: Bool), PostgreSQLError>
        do throws(HelperThreads.Busy) {
            result = try await threads.run {
                Result { () throws(PostgreSQLError) -> (columns: [String], keepsState: Bool) in
                    let connection = try PostgreSQLConnection(url, log: log)
                    try connection.introduce(isPooled: isPooled, deadline: query.deadline)
                    return (try UsersQueryCheck(connection).run(query), connection.keepsState)
                }
            }
        } catch {
            throw .connection("all threads for connecting are taken")
        }
        let (columns, keepsState) = try result.get()
        hasDisabled = columns.contains("disabled")
        guard query.rehash != nil else { return }
        canRehash = keepsState
        if !canRehash {
            log.warning("older hashes are kept: \(query.rehashName) cannot write behind a pooler")
        }
        if let advice = UsersQueryCheck.rehashAdvice(query) { log.warning("\(advice)") }
    }

    /// Whom a name means, who may sign in or not.
    func user(named username: String) async throws(SessionStoreError) -> LoginUser {
        let answer: Result<LoginUser, UsersQueryRow.Problem>
        do throws(PostgreSQLError) {
            answer = try await look(username)
        } catch {
            throw failed("failed: \(error.impersonalReason)")
        }
        switch answer {
        case .success(let user):
            if failure.end() { log.info("\(query.name) works again") }
            return user
        case .failure(let problem): throw failed(problem.reason)
        }
    }

    /// The same without a line in the log: the inner failure is about this name alone.
    func look(_ username: String) async throws(PostgreSQLError) -> Result<LoginUser, UsersQueryRow.Problem> {
        let rows: [UsersQueryRow]
        do throws(PostgreSQLError) {
            rows = try await lane.run(FindExternalUser(query: query.sql, username: username))
        } catch {
            // The lane has seen to that itself, unless there is a pooler in between.
            if error.isReadOnlyTransaction { throw .unusable("it writes, and is run read-only") }
            switch error {
            case .server(let state, _) where state.isAboutValue:
                return .failure(UsersQueryRow.Problem(reason: "failed: \(error.impersonalReason)"))
            case .unreadable(let reason): return .failure(UsersQueryRow.Problem(reason: "failed: \(reason)"))
            case .server, .connection, .deadline, .confusion, .unusable: throw error
            }
        }
        hasDisabled = hasDisabled || rows.first?.hasDisabled == true
        return Result { () throws(UsersQueryRow.Problem) in
            try UsersQueryRow.user(rows, typed: username, hadDisabled: hasDisabled)
        }
    }

    /// Writes another hash of the password that `user` has signed in with.
    func rehash(_ user: UserRecord, to hash: String) async throws(PostgreSQLError) {
        guard let rehash = query.rehash else { return }
        // A password that was changed since the login read it stays: the statement knows, or it is looked at again.
        if !query.rehashTakesOldHash {
            guard case .success(.user(let now)) = try await look(user.identity.username),
                now.passwordHash == user.passwordHash
            else { return }
        }
        let old = query.rehashTakesOldHash ? user.passwordHash : nil
        try await rehashLane.run(
            RehashExternalUser(statement: rehash, newHash: hash, userID: user.identity.userID, oldHash: old))
    }

    func close() {
        lane.close()
        rehashLane.close()
    }

    private func failed(_ reason: String) -> SessionStoreError {
        if failure.begin(reason) {
            log.error("\(query.name) \(reason); logins fail")
        }
        return .unavailable("\(query.name) \(reason)")
    }
}
