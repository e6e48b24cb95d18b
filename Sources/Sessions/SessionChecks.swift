internal import EventLoop
internal import Logging

/// The checks of session tokens: memory first, then Redis, then PostgreSQL.
///
/// No weak reference to it may be made: an object that has ever had one is slower to retain, and each check retains
/// this one.
@EventLoop
final class SessionChecks {
    typealias Answer = SessionStore.Answer

    private let meter: StoreMeter
    private let memory: SessionMemory
    private let redis: RedisSessions?
    private let readLane: ReadLane
    private let staleIfDatabaseDown: Duration
    private let names: ConfigurationNames
    private let log: Logger
    /// The period in which sessions are accepted although PostgreSQL is unreachable, for the log.
    private var outage = LogCondition("checks_without_postgresql")

    init(
        _ memory: SessionMemory, _ redis: RedisSessions?, _ readLane: ReadLane,
        _ configuration: SessionStore.Configuration, _ meter: StoreMeter, log: Logger
    ) {
        self.meter = meter
        self.memory = memory
        self.redis = redis
        self.readLane = readLane
        staleIfDatabaseDown = configuration.staleIfDatabaseDown
        names = configuration.postgreSQL.names
        self.log = log
    }

    /// Notes that PostgreSQL is reachable.
    func endOutage() {
        guard let fields = outage.end() else { return }
        log.info("PostgreSQL reachable again: sessions that were ended are refused", metadata: fields)
    }

    /// Returns the session of a token from this process's memory: the first step of every check, without a task or I/O.
    /// - Returns: Nil if memory has no entry that may be used now; the session may exist all the same.
    func keptSession(for token: SessionToken) -> PackedSession? {
        guard let session = memory.session(token.hash, at: .now) else { return nil }
        meter.count(.fromMemory)
        return session
    }

    /// Looks a session up in Redis, if that may help, and then in PostgreSQL: the second step of a check. Calls
    /// `answer` once, perhaps before this method returns, and starts no task.
    func lookUp(_ token: SessionToken, from clientAddress: String?, _ answer: @escaping Answer) {
        do throws(SessionStoreError) {
            guard try mayExist(token) else {
                meter.count(.fromTag)
                return answer(.success(nil))
            }
        } catch {
            return answer(.failure(error))
        }
        let now = BootInstant.now
        let hash = token.hash
        if memory.hasLease(at: now) {
            if askRedis(hash, clientAddress, at: now, answer) { return }
        } else if memory.outlastsLease(at: now) {
            readLane.hurry()
            return outlast(hash, otherwise: { [self] in askPostgreSQL(hash, clientAddress, answer) }, answer)
        }
        askPostgreSQL(hash, clientAddress, answer)
    }

    /// Queries Redis, and then PostgreSQL if Redis has no snapshot that may be used.
    /// - Returns: False if Redis is unavailable; nothing is queried and `answer` is not called then.
    private func askRedis(
        _ hash: SHA256Digest, _ clientAddress: String?, at now: BootInstant, _ answer: @escaping Answer
    ) -> Bool {
        guard let redis else { return false }
        // One closure only: every check without an entry in memory comes through here.
        return redis.find(hash) { [self] result in
            meter.measure(.redis, since: now)
            guard let session = session(in: result, under: hash) else {
                return askPostgreSQL(hash, clientAddress, answer)
            }
            answer(.success(session))
        }
    }

    /// Returns the session in a reply of Redis if the snapshot may be used now.
    private func session(
        in result: Result<RedisReply, RedisError>, under hash: SHA256Digest, isOutage: Bool = false
    ) -> PackedSession? {
        if case .failure = result { meter.count(.redisFailures) }
        guard let snapshot = redis?.snapshot(in: result, on: hash),
            let session = memory.session(stated: snapshot, under: hash, at: .now, isOutage: isOutage)
        else { return nil }
        meter.count(.fromRedis)
        return session
    }

    private func askPostgreSQL(_ hash: SHA256Digest, _ clientAddress: String?, _ answer: @escaping Answer) {
        meter.count(.lookUps)
        let start = BootInstant.now
        readLane.lookUp(hash, from: clientAddress.flatMap { ClientNetwork($0) }) { [self] result in
            meter.measure(.postgreSQL, since: start)
            switch result {
            case .success(.some(let session)):
                meter.count(.fromPostgreSQL)
                memory.recordTouch(of: hash, session, at: .now)
            case .success(nil): meter.count(.fromPostgreSQL)
            case .failure:
                meter.count(.lookUpFailures)
                guard staleIfDatabaseDown > .zero else { break }
                return outlast(hash, otherwise: { answer(result) }, answer)
            }
            answer(result)
        }
    }

    /// Answers from memory or Redis while PostgreSQL does not answer, for as long as `staleIfDatabaseDown` permits.
    /// Calls `otherwise` if that is not possible.
    private func outlast(_ hash: SHA256Digest, otherwise: @escaping @EventLoop () -> Void, _ answer: @escaping Answer) {
        let now = BootInstant.now
        guard memory.outlastsLease(at: now) else { return otherwise() }
        logOutage()
        if let session = memory.session(hash, at: now, isOutage: true) {
            meter.count(.fromMemory)
            return answer(.success(session))
        }
        let isAsked = redis?.find(hash) { [self] result in
            guard let session = session(in: result, under: hash, isOutage: true) else { return otherwise() }
            answer(.success(session))
        }
        if isAsked != true { otherwise() }
    }

    private func logOutage() {
        guard let fields = outage.begin() else { return }
        log.warning(
            "PostgreSQL unreachable: accepting known sessions, including any revoked meanwhile, for up to \(Int(staleIfDatabaseDown.seconds.rounded(.up))) s\(names.hint(.staleIfDatabaseDown))",
            metadata: fields)
    }

    /// Returns whether `token` may have a session. The token's tag reveals a forged token without a query.
    ///
    /// - Throws: ``SessionStoreError/unavailable(_:)`` if no key made the tag while the keys are unknown or may be out
    ///   of date.
    func mayExist(_ token: SessionToken) throws(SessionStoreError) -> Bool {
        guard let keys = readLane.keys else { throw .unavailable("the token keys are not known yet") }
        if keys.recognize(token) { return true }
        guard readLane.knowsAllKeys else { throw .unavailable("the token keys may be out of date") }
        return false
    }
}
