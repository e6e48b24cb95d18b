package import EventLoop

/// The condition of a store at one moment, for metrics.
package struct StoreCondition: Sendable {
    /// The availability of Redis to this process.
    package enum Redis: CaseIterable, Sendable {
        case up
        /// Some of several servers are unavailable.
        case partly
        case down
    }

    /// Whether sessions may be used from memory and Redis: all revocations up to a moment ago have been heard.
    package let hasLease: Bool
    /// Whether PostgreSQL answers on the connection for checks.
    package let isConnected: Bool
    /// The time of sending of the last heartbeat that was answered: all revocations before it have been heard. Nil before
    /// the first one.
    package let lastHeartbeat: BootInstant?
    /// The availability of Redis; nil without Redis, and before it is known.
    package let redis: Redis?
    /// The number of sessions in memory.
    package let cachedSessions: Int
    /// The part of PostgreSQL's notification queue that is in use, in percent; nil before the first heartbeat.
    package let notificationQueuePercent: Int?
}

extension SessionStore {
    /// The present condition.
    package var condition: StoreCondition {
        StoreCondition(
            hasLease: memory.hasLease(at: .now), isConnected: answersNow, lastHeartbeat: readLane.lastHeartbeat,
            redis: redisCondition, cachedSessions: memory.count,
            notificationQueuePercent: readLane.notificationQueuePercent)
    }

    private var redisCondition: StoreCondition.Redis? {
        switch redis?.condition {
        case .up: .up
        case .partly: .partly
        case .down: .down
        case .unknown, nil: nil
        }
    }
}
