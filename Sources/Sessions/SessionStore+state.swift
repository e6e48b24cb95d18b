internal import EventLoop

/// Which stores answer.
extension SessionStore {
    /// A Boolean value that indicates whether PostgreSQL has answered at all.
    package var wasReached: Bool { wasUsed }

    /// Returns whether PostgreSQL has answered within the last `limit`; false before the store's first use.
    package func isReachable(within limit: Duration) -> Bool {
        guard wasUsed, let last = readLane.lastHeartbeat else { return false }
        return .now - last < limit
    }

    /// A Boolean value that indicates whether PostgreSQL answers now: there is a connection, and its last heartbeat was
    /// answered. A loss is noticed at once, and a server that says nothing with the next heartbeat.
    package var answersNow: Bool { wasUsed && readLane.answers }

    /// A Boolean value that indicates whether known sessions are accepted even if PostgreSQL is unreachable.
    package var outlastsDatabase: Bool {
        let now = BootInstant.now
        return wasUsed && (memory.hasLease(at: now) || memory.outlastsLease(at: now))
    }

    /// Asks Redis, so that ``usesRedis`` is soon false if it does not answer any more. For a cluster one server is asked.
    package func probeRedis() { redis?.probe() }

    /// A Boolean value that indicates whether Redis is used, at least for some sessions.
    package var usesRedis: Bool { redis?.isInUse ?? false }
}
