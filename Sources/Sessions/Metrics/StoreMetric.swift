/// A counter of a store. Code that shows or sums counters iterates over all cases, so a new counter is one case and its
/// entry here.
package enum StoreMetric: Int, CaseIterable, Sendable {
    /// Checks answered from this process's memory.
    case fromMemory
    /// Checks answered from Redis.
    case fromRedis
    /// Checks answered by PostgreSQL, with a session or without one.
    case fromPostgreSQL
    /// Checks of tokens that no store has ever issued, as their tags show.
    case fromTag
    /// Look-ups sent to PostgreSQL.
    case lookUps
    /// Look-ups that PostgreSQL did not answer.
    case lookUpFailures
    /// Requests that Redis did not answer.
    case redisFailures
    /// Losses of the connection for checks.
    case connectionLosses
    /// Notifications of revocations that were heard.
    case notifications
    /// Times that there were too many notifications to read, so that all sessions were looked up anew.
    case notificationFloods
    /// Touches of sessions (last seen, idle timeout) sent to PostgreSQL.
    case touchesWritten
    /// Clean-ups that this process did for all.
    case cleanups
    case cleanupFailures
    /// Rows of expired and ended sessions that were removed.
    case removedSessions
    /// Rows of the login throttle that were removed.
    case removedThrottle
    /// Records of changes that were removed.
    case removedAudit

    package var entry: MetricEntry {
        switch self {
        case .fromMemory: Self.answers("memory")
        case .fromRedis: Self.answers("redis")
        case .fromPostgreSQL: Self.answers("postgresql")
        case .fromTag: Self.answers("tag")
        case .lookUps:
            MetricEntry("look_ups_total", help: "Look-ups of sessions sent to PostgreSQL.")
        case .lookUpFailures:
            MetricEntry(
                "look_up_failures_total", help: "Look-ups that PostgreSQL did not answer in time or at all.",
                trouble: "look-ups without an answer of PostgreSQL")
        case .redisFailures:
            MetricEntry(
                "redis_failures_total", help: "Requests that Redis did not answer in time or at all.",
                trouble: "requests without an answer of Redis")
        case .connectionLosses:
            MetricEntry(
                "postgresql_connection_losses_total", help: "Losses of a connection to PostgreSQL for checks.",
                trouble: "lost connections to PostgreSQL")
        case .notifications:
            MetricEntry("notifications_total", help: "Notifications of revocations that workers have heard.")
        case .notificationFloods:
            MetricEntry(
                "notification_floods_total",
                help: "Times that a worker had too many notifications to read and looked all sessions up anew.",
                trouble: "floods of notifications")
        case .touchesWritten:
            MetricEntry("session_uses_written_total", help: "Last uses of sessions written to PostgreSQL.")
        case .cleanups:
            MetricEntry("cleanups_total", help: "Removals of expired and ended sessions that this gate did for all.")
        case .cleanupFailures:
            MetricEntry(
                "cleanup_failures_total", help: "Removals of expired and ended sessions that failed.",
                trouble: "failed removals of expired sessions")
        case .removedSessions: Self.removed("session")
        case .removedThrottle: Self.removed("throttle")
        case .removedAudit: Self.removed("audit")
        }
    }

    private static func answers(_ source: String) -> MetricEntry {
        MetricEntry(
            "session_answers_total", .init("source", source),
            help: "Questions for a session by where the answer came from; tag: the token was never issued.")
    }

    private static func removed(_ kind: String) -> MetricEntry {
        MetricEntry(
            "cleanup_rows_total", .init("kind", kind), help: "Rows removed from the database's tables, by their kind.")
    }
}
