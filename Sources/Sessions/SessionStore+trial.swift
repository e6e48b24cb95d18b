internal import EventLoop

/// The first use of a store by a process that is to take over from another one.
extension SessionStore {
    /// Looks up a hash that no token has, in PostgreSQL.
    /// - Throws: ``SessionStoreError`` if PostgreSQL cannot answer look-ups.
    package func tryLookUp() async throws(SessionStoreError) {
        let hash: SHA256Digest
        do throws(RandomBytes.Unavailable) {
            let bytes = try RandomBytes.make(32)
            hash = SHA256Digest(bytes.span) ?? SHA256Digest()
        } catch {
            throw .unavailable("no random bytes")
        }
        let answer = await withCheckedContinuation { continuation in
            readLane.lookUp(hash) { continuation.resume(returning: $0) }
        }
        _ = try answer.get()
    }

    /// The reason why there is no connection for look-ups; nil if there is one that has answered.
    package var connectionFailure: String? { readLane.connectionFailure }
}

extension SessionStore.Configuration {
    /// This configuration for a store that is started to find out whether it could be used: it changes nothing, neither tables
    /// nor keys nor sessions, does not look for faults of the tables, for which there is
    /// ``Migrations/rehearseInspection(on:)``, and does not use Redis, which ``RedisConfiguration/trial(within:log:)`` tries.
    package var rehearsal: SessionStore.Configuration {
        var copy = self
        copy.postgreSQL.migrates = false
        copy.postgreSQL.inspectsAtStart = false
        copy.usersQuery?.comparisonInterval = nil
        copy.cleanupInterval = nil
        if redis != nil, cachedSessions == 0 { copy.cachedSessions = 1 }
        copy.redis = nil
        return copy
    }
}
