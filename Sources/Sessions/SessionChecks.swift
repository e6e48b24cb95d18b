internal import EventLoop
internal import Logging

/// Finds out who a token belongs to: from memory, from Redis, from PostgreSQL.
///
/// Nothing refers to it weakly: whatever was ever referred to so is slower to retain, and each check does that.
@EventLoop
final class SessionChecks {
    typealias Answer = SessionStore.Answer

    /// What was counted since it was taken last.
    var counts = StoreCounts()

    private let memory: SessionMemory
    private let redis: RedisSessions?
    private let readLane: ReadLane
    private let staleIfDatabaseDown: Duration
    private let names: ConfigurationNames
    private let log: Logger
    /// Whether it was said that sessions are accepted although PostgreSQL is away.
    private var outage = LogEpisode()

    init(
        _ memory: SessionMemory, _ redis: RedisSessions?, _ readLane: ReadLane,
        _ configuration: SessionStore.Configuration, log: Logger
    ) {
        self.memory = memory
        self.redis = redis
        self.readLane = readLane
        staleIfDatabaseDown = configuration.staleIfDatabaseDown
        names = configuration.postgreSQL.names
        self.log = log
    }

    /// PostgreSQL answers.
    func endOutage() { _ = outage.end() }

    /// The session of a token if what this process keeps may be believed now; nil says only that the stores have to be
    /// asked. The first step of every check: no task, no store.
    func keptSession(for token: SessionToken) -> PackedSession? {
        guard let session = memory.session(token.hash, at: .now) else { return nil }
        counts[.fromMemory] += 1
        return session
    }

    /// Asks Redis, if that may help, and then PostgreSQL: the second step of a check. Calls `answer` once, maybe before it
    /// returns, without a task.
    func lookUp(_ token: SessionToken, _ answer: @escaping Answer) {
        do throws(SessionStoreError) {
            guard try mayExist(token) else { return answer(.success(nil)) }
        } catch {
            return answer(.failure(error))
        }
        let now = BootInstant.now
        let hash = token.hash
        if memory.hasLease(at: now) {
            if askRedis(hash, answer) { return }
        } else if !readLane.isConnected, memory.mayOutlastLease(at: now) {
            return outlast(hash, otherwise: { [self] in askPostgreSQL(hash, answer) }, answer)
        }
        askPostgreSQL(hash, answer)
    }

    /// Asks Redis, and PostgreSQL when Redis has nothing that may be believed.
    /// - Returns: false when Redis cannot be asked now; then nobody is.
    private func askRedis(_ hash: SHA256Digest, _ answer: @escaping Answer) -> Bool {
        guard let redis else { return false }
        // One closure and no more: this is the path of every check that memory has no answer to.
        return redis.find(hash) { [self] result in
            guard let session = session(in: result, under: hash) else { return askPostgreSQL(hash, answer) }
            answer(.success(session))
        }
    }

    /// What Redis has said of a session, if it may be believed now.
    private func session(
        in result: Result<RedisReply, RedisError>, under hash: SHA256Digest, isOutage: Bool = false
    ) -> PackedSession? {
        guard let keys = readLane.keys, let snapshot = RedisSessions.snapshot(in: result, on: hash, with: keys),
            let session = memory.session(stated: snapshot, under: hash, at: .now, isOutage: isOutage)
        else { return nil }
        counts[.fromRedis] += 1
        return session
    }

    private func askPostgreSQL(_ hash: SHA256Digest, _ answer: @escaping Answer) {
        counts[.lookUps] += 1
        readLane.lookUp(hash) { [self] result in
            switch result {
            case .success(.some(let session)): memory.recordTouch(of: hash, session, at: .now)
            case .success(nil): break
            case .failure:
                guard staleIfDatabaseDown > .zero else { break }
                return outlast(hash, otherwise: { answer(result) }, answer)
            }
            answer(result)
        }
    }

    /// PostgreSQL does not answer: what was known of a session before may do for a while, if the operator says so.
    private func outlast(_ hash: SHA256Digest, otherwise: @escaping @EventLoop () -> Void, _ answer: @escaping Answer) {
        let now = BootInstant.now
        guard memory.mayOutlastLease(at: now) else { return otherwise() }
        logOutage()
        if let session = memory.session(hash, at: now, isOutage: true) {
            counts[.fromMemory] += 1
            return answer(.success(session))
        }
        let isAsked = redis?.find(hash) { [self] result in
            guard let session = session(in: result, under: hash, isOutage: true) else { return otherwise() }
            answer(.success(session))
        }
        if isAsked != true { otherwise() }
    }

    private func logOutage() {
        guard !memory.hasLease(at: .now), outage.begin() else { return }
        log.warning(
            "PostgreSQL unreachable: accepting known sessions, including any revoked meanwhile, for up to \(Int(staleIfDatabaseDown.seconds.rounded(.up))) s\(names.hint(.staleIfDatabaseDown))"
        )
    }

    /// Whether the store has to be asked about `token`: an invented one is told by its tag alone.
    ///
    /// While the keys may be out of date a tag that none of them made proves nothing.
    func mayExist(_ token: SessionToken) throws(SessionStoreError) -> Bool {
        guard let keys = readLane.keys else { throw .unavailable("the token keys are not known yet") }
        if keys.recognize(token) { return true }
        guard readLane.knowsAllKeys else { throw .unavailable("the token keys may be out of date") }
        return false
    }
}
