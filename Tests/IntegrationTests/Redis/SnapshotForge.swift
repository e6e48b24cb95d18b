import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Creates entries for a session that ended before the store started to listen. The store has no notification that
/// contradicts them, so the result depends only on the forged part.
struct SnapshotForge {
    let pod: TestStore
    let keys: SealKeys
    /// A snapshot of the live session at a time at which the store listened.
    let snapshot: SessionSnapshot
    /// A time shortly before the store listened.
    let before: DatabaseInstant
    private let folder: TestFolder
    private let token: SessionToken
    private let redis: RedisServer

    init() async throws {
        folder = try TestFolder()
        let database = try SharedDatabase()
        redis = try RedisServer(in: folder)
        let (former, session) = try await {
            let former = try await database.store()
            let made = try await former.signIn("ann")
            try await former.store.revoke(made.token)
            await former.store.close()
            return (made.token, made.session)
        }()
        token = former
        pod = try await RedisPods.pod(database.url, redis: redis.url)
        try await RedisPods.waitUntilItUsesRedis(pod)
        keys = try #require(await pod.store.redis?.keys)
        snapshot = try await Self.snapshot(of: session, for: pod)
        before = DatabaseInstant(session.createdAt)
        #expect(try await pod.store.session(for: token) == nil)
    }

    /// Returns the snapshot that a worker would create for a session now.
    @EventLoop
    static func snapshot(of session: Session, for pod: TestStore) async throws -> SessionSnapshot {
        let packed = try #require(PackedSession(session))
        let origin = try #require(pod.store.readLane.origin)
        let heard = BootInstant.now
        let asOf = try #require(pod.store.readLane.memory.databaseTime(at: heard))
        // The store's estimate of the database's clock may be slightly ahead, never behind.
        return SessionSnapshot(session: packed, asOf: asOf, origin: origin)
    }

    /// Returns whether the store accepts the session with such an entry in Redis.
    func isAccepted(
        sealedWith sealing: SealKeys? = nil, asOf: DatabaseInstant? = nil, origin: ServerIncarnation? = nil,
        changed code: (ArraySlice<UInt8>) -> [UInt8] = { Array($0.suffix(16)) }
    ) async throws -> Bool {
        let forged = SessionSnapshot(
            session: snapshot.session, asOf: asOf ?? snapshot.asOf, origin: origin ?? snapshot.origin)
        let sealed = SnapshotSeal.seal(forged, on: token.hash, with: sealing ?? keys)
        let entry = sealed.dropLast(16) + code(sealed[...])
        let client = try RedisClient(redis)
        try client.set(RedisPods.key(token), Array(entry))
        let session = try await pod.store.session(for: token)
        // The entry was not replaced during the check.
        #expect(try client.value(of: RedisPods.key(token)) == Array(entry))
        return session != nil
    }
}
