public import EventLoop
internal import FoundationEssentials
public import Logging

/// The sessions that all pods share: makes them, finds them, ends them. PostgreSQL is the record.
///
/// Three answers, not two: a session, nil for "there is none", and a thrown ``SessionStoreError`` for "cannot tell",
/// which must never be taken for a "no".
///
/// All calls run on the event loop, which starts a thread of its own in a program that has not given it one:
///
///     let store = await SessionStore(.init(postgreSQL: .init(url: "postgresql:///app")), log: logger)
///     await store.start()
///     let (token, session) = try await store.createAccessToken(for: Identity(userID: "42", username: "ann"))
///     try await store.session(for: token)
@EventLoop
public final class SessionStore {
    /// How sessions live and where.
    public struct Configuration: Sendable {
        public var postgreSQL: PostgreSQLConfiguration
        /// How long a session lives from its login.
        public var lifetime: Duration

        public init(postgreSQL: PostgreSQLConfiguration, lifetime: Duration = .seconds(24 * 3600)) {
            self.postgreSQL = postgreSQL
            self.lifetime = lifetime
        }
    }

    private let configuration: Configuration
    private let statements: Statements
    private let readLane: ReadLane
    private let writeLane: CommandLane
    private let loginLane: CommandLane
    private let log: Logger
    private var wasUsed = false

    /// How many look-ups went to PostgreSQL: for counters, and for tests that some never do.
    package private(set) var lookUps = 0

    /// Called once, when the store can be used for the first time.
    package var onFirstUse: (@EventLoop () -> Void)?
    /// Called when the database, at its first use, cannot be used before an operator has done what the text says.
    package var onUnusable: (@EventLoop (String) -> Void)?

    public init(_ configuration: Configuration, log: Logger) {
        self.configuration = configuration
        self.log = log
        statements = Statements(schema: configuration.postgreSQL.schema)
        // One a lane: a server that does not answer one lane's attempt must not keep the others waiting.
        let threads = HelperThreads(name: "connecting", threads: 3, waiting: 3)
        readLane = ReadLane(
            configuration.postgreSQL, lifetime: configuration.lifetime, threads: threads, log: log)
        writeLane = CommandLane(configuration.postgreSQL, name: "write lane", threads: threads, log: log)
        loginLane = CommandLane(configuration.postgreSQL, name: "login lane", threads: threads, log: log)
    }

    /// Connects, and stays connected. Until it has, and whenever PostgreSQL is away, calls throw.
    public func start() {
        readLane.onHeartbeat = { [weak self] in self?.becomeUsable() }
        readLane.onUnusable = { [weak self] reason in
            guard let self, !wasUsed else { return }
            onUnusable?(reason)
        }
        readLane.start()
    }

    /// Ends the connections.
    public func close() {
        readLane.close()
        writeLane.close()
        loginLane.close()
    }

    private func becomeUsable() {
        guard !wasUsed else { return }
        wasUsed = true
        log.info("Using database for session storage")
        onFirstUse?()
    }

    /// Whether the store was reachable within the last `limit`; false before it was for the first time.
    package func isReachable(within limit: Duration) -> Bool {
        guard wasUsed, let last = readLane.lastHeartbeat else { return false }
        return .now - last < limit
    }

    // MARK: Sessions

    /// The session that `token` opens; nil when there is none, because it was never made, has expired or was revoked.
    public func session(for token: SessionToken) async throws(SessionStoreError) -> Session? {
        let answer = await withCheckedContinuation { continuation in
            lookUp(token) { continuation.resume(returning: $0) }
        }
        return try answer.get()
    }

    /// The same for the path of every check: calls `answer` once, maybe before it returns, without a task.
    package func lookUp(
        _ token: SessionToken, _ answer: @escaping @EventLoop (Result<Session?, SessionStoreError>) -> Void
    ) {
        do throws(SessionStoreError) {
            guard try mayExist(token) else { return answer(.success(nil)) }
        } catch {
            return answer(.failure(error))
        }
        lookUps += 1
        readLane.lookUp(token.hash, answer)
    }

    /// Whether the store has to be asked about `token`: an invented one is told by its tag alone.
    ///
    /// While the keys may be out of date a tag that none of them made proves nothing.
    package func mayExist(_ token: SessionToken) throws(SessionStoreError) -> Bool {
        guard let keys = readLane.keys else { throw .unavailable("the token keys are not known yet") }
        if keys.recognize(token) { return true }
        guard readLane.knowsAllKeys else { throw .unavailable("the token keys may be out of date") }
        return false
    }

    /// Makes a session for a user who has proved to be `identity`.
    ///
    /// - Parameters:
    ///   - lifetime: how long it lives; the configuration's when nil, at most the database's `maximum_lifetime`.
    ///   - origin: where the login came from.
    /// - Returns: the token, which exists nowhere else, and the session.
    public func createAccessToken(
        for identity: Identity, lifetime: Duration? = nil, origin: SessionOrigin = SessionOrigin()
    ) async throws(SessionStoreError) -> (token: SessionToken, session: Session) {
        // Without an epoch there is nothing that could have changed: a session is always made.
        guard let made = try await create(identity, lifetime: lifetime, origin: origin, epoch: nil) else {
            throw .unavailable("the session was not made")
        }
        return made
    }

    /// The same at the end of a login: nil when all of the user's sessions were ended since `user` was read.
    package func createAccessToken(
        for user: UserRecord, origin: SessionOrigin
    ) async throws(SessionStoreError) -> (token: SessionToken, session: Session)? {
        try await create(user.identity, lifetime: nil, origin: origin, epoch: user.epoch)
    }

    private func create(
        _ identity: Identity, lifetime: Duration?, origin: SessionOrigin, epoch: Int64?
    ) async throws(SessionStoreError) -> (token: SessionToken, session: Session)? {
        guard let keys = readLane.keys else { throw .unavailable("the token keys are not known yet") }
        let token: SessionToken
        do throws(RandomBytes.Unavailable) {
            token = try keys.newToken()
        } catch {
            throw .unavailable("no random bytes")
        }
        let rows = try await command(
            writeLane, statements.createSession,
            [
                .bytes(token.hash.bytes), .text(identity.userID), .text(identity.username), .texts(identity.groups),
                .text(identity.name), .text(identity.email), .number((lifetime ?? configuration.lifetime).seconds),
                .optional(origin.internetAddress), .optional(origin.userAgent), .optional(origin.label),
                epoch.map { .number($0) } ?? .null,
            ], mayRepeat: false)
        guard let row = rows.first else { return nil }
        guard row.count == 3, let id = row[0], let created = row[1].flatMap({ Double($0) }),
            let expires = row[2].flatMap({ Double($0) })
        else { throw .unavailable("the new session's row cannot be read") }
        let session = Session(
            id: id, identity: identity, createdAt: Date(timeIntervalSince1970: created / 1e6),
            expiresAt: Date(timeIntervalSince1970: expires / 1e6))
        return (token, session)
    }

    /// Ends the session of `token`, for good. Returning means that it is committed; ending what has ended is success.
    public func revoke(_ token: SessionToken) async throws(SessionStoreError) {
        guard try mayExist(token) else { return }
        _ = try await command(writeLane, statements.revoke, [.bytes(token.hash.bytes)], mayRepeat: true)
    }

    /// Ends all sessions of a user, and all logins of theirs that are under way.
    public func revokeAll(ofUser userID: String) async throws(SessionStoreError) {
        _ = try await command(writeLane, statements.revokeUser, [.text(userID)], mayRepeat: true)
    }

    // MARK: Users

    /// The user of a name, if there is one who may sign in.
    package func user(named username: String) async throws(SessionStoreError) -> UserRecord? {
        let rows = try await command(loginLane, statements.user, [.text(username)], mayRepeat: true)
        guard let row = rows.first else { return nil }
        guard let user = UserRecord(row) else { throw .unavailable("a user's row cannot be read") }
        return user
    }

    private func command(
        _ lane: CommandLane, _ sql: String, _ parameters: [PostgreSQLParameter], mayRepeat: Bool
    ) async throws(SessionStoreError) -> CommandLane.Rows {
        do throws(PostgreSQLError) {
            return try await lane.rows(sql, parameters, mayRepeat: mayRepeat)
        } catch {
            log.warning("a command failed: \(error.reason)")
            throw .unavailable(error.reason)
        }
    }
}
