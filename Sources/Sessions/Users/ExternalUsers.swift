internal import EventLoop
internal import Logging

/// The users in another program's tables, as the operator's statements find them. Each kind of statement has a
/// connection of its own, so that a slow one delays only logins.
@EventLoop
final class ExternalUsers {
    private let query: UsersQuery
    private let url: Secret
    private let applicationName: String
    private let threads: HelperThreads
    private let lane: CommandLane
    private let rehashLane: CommandLane
    private let log: Logger
    private var failure = LogCondition.ofRequests("users_query_fails")
    /// The failure of comparisons with the users query, which this process makes now and then.
    var comparisonFailure = LogCondition("users_comparison_fails", reminder: .seconds(3600))
    /// True if the query has returned a column `disabled`.
    private var hasDisabled = false
    private let isPooled: Bool
    /// True if connections keep the setting that a rehash needs.
    private var canRehash = true

    init(_ query: UsersQuery, _ configuration: PostgreSQLConfiguration, threads: HelperThreads, log: Logger) {
        self.query = query
        self.threads = threads
        self.log = log
        url = configuration.url
        applicationName = configuration.applicationName(for: .userLookUps)
        isPooled = !configuration.usesPreparedStatements
        var patient = configuration
        patient.writeDeadline = query.deadline
        // Looking up a user must change nothing, whatever functions the query calls.
        lane = CommandLane(
            patient, for: .userLookUps, preparation: "SET default_transaction_read_only = on", keepsSearchPath: true,
            threads: threads, log: log)
        // Read by the triggers that watch the users: the password is unchanged, and so are the sessions. Without the
        // setting the new hash would end them; on a connection that others share it would keep theirs alive.
        rehashLane = CommandLane(
            configuration, for: .rehashes, preparation: "SET authfcgi.rehashing = 'on'", requiresPreparation: true,
            keepsSearchPath: true, threads: threads, log: log)
    }

    /// A handler called if PostgreSQL refuses the role or its password.
    var onRefusedLogin: (@EventLoop () -> Void)? {
        didSet {
            lane.onRefusedLogin = onRefusedLogin
            rehashLane.onRefusedLogin = onRefusedLogin
        }
    }

    /// The name of the query in the log.
    var name: String { query.name }
    var rehashes: Bool { query.rehash != nil && canRehash }

    /// Checks, on a connection of its own, whether the statements can work.
    func check() async throws(PostgreSQLError) {
        let (query, url, name, isPooled, log) = (query, url, applicationName, isPooled, log)
        let result: Result<(findings: UsersQueryCheck.Findings, keepsState: Bool), PostgreSQLError>
        do throws(HelperThreads.Busy) {
            result = try await threads.run {
                Result { () throws(PostgreSQLError) -> (findings: UsersQueryCheck.Findings, keepsState: Bool) in
                    let connection = try PostgreSQLConnection(url, applicationName: name, log: log)
                    try connection.introduce(isPooled: isPooled, deadline: query.deadline)
                    return (try UsersQueryCheck(connection).run(query), connection.keepsState)
                }
            }
        } catch {
            throw .unsent("all threads for connecting are taken")
        }
        let (findings, keepsState) = try result.get()
        hasDisabled = findings.columns.contains("disabled")
        if let advice = findings.searchPathAdvice { log.warning("\(advice)") }
        guard query.rehash != nil else { return }
        canRehash = keepsState
        if !canRehash {
            log.warning("older hashes are kept: \(query.rehashName) cannot write behind a pooler")
        }
        if let advice = UsersQueryCheck.rehashAdvice(query) { log.warning("\(advice)") }
    }

    /// Returns the user of a name, who may be disabled.
    func user(
        named username: String, for requester: Requester = Requester()
    ) async throws(SessionStoreError) -> LoginUser {
        let answer: Result<LoginUser, UsersQueryRow.Problem>
        do throws(PostgreSQLError) {
            answer = try await look(username, for: requester)
        } catch {
            throw failed("failed: \(error.impersonalReason)")
        }
        switch answer {
        case .success(let user):
            if let fields = failure.end() { log.info("\(query.name) works again", metadata: fields) }
            return user
        case .failure(let problem): throw failed(problem.reason)
        }
    }

    /// The same without a log line: an inner failure concerns only this name.
    func look(
        _ username: String, for requester: Requester = Requester()
    ) async throws(PostgreSQLError) -> Result<LoginUser, UsersQueryRow.Problem> {
        let rows: [UsersQueryRow]
        do throws(PostgreSQLError) {
            rows = try await lane.run(FindExternalUser(query: query.sql, username: username), for: requester)
        } catch {
            // The lane has ensured that, unless there is a pooler in between.
            if error.isReadOnlyTransaction { throw .unusable("it writes, and is run read-only") }
            switch error {
            case .server(let state, _) where state.isAboutValue:
                return .failure(UsersQueryRow.Problem(reason: "failed: \(error.impersonalReason)"))
            case .unreadable(let reason): return .failure(UsersQueryRow.Problem(reason: "failed: \(reason)"))
            case .server, .connection, .unsent, .replacement, .refused, .deadline, .confusion, .notReady, .unusable:
                throw error
            }
        }
        hasDisabled = hasDisabled || rows.first?.hasDisabled == true
        return Result { () throws(UsersQueryRow.Problem) in
            try UsersQueryRow.user(rows, typed: username, hadDisabled: hasDisabled)
        }
    }

    /// Stores a new hash of the password with which `user` has signed in.
    func rehash(_ user: UserRecord, to hash: String) async throws(PostgreSQLError) {
        guard let rehash = query.rehash else { return }
        // A password that was changed since then is kept: the statement compares the old hash, or it is read again.
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
        if let fields = failure.begin(reason) {
            log.error("\(query.name) \(reason); logins fail", metadata: fields)
        }
        return .unavailable("\(query.name) \(reason)")
    }
}
