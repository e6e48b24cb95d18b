internal import Sessions

/// A value of a worker that rises and falls. Each worker writes its own, four times a second. A new gauge is one case and its
/// entry here.
enum Gauge: Int, CaseIterable, Sendable {
    case connections
    case requests
    case connectionLimit
    case descriptors
    case descriptorLimit
    case waitingLogins
    case runningHashes
    case cachedSessions
    case leases
    case connected
    case redisUp
    case redisPartly
    case redisDown
    case revocationLag
    case notificationQueue
    case sessions
    case cleanupLag
    case censusAge

    /// How the values of several workers make one.
    enum Combination {
        case sum
        case maximum
        /// The value is an instant of the clock since boot, in nanoseconds. The time since the earliest one counts.
        case longestAge
        /// The same, but the time since the latest one counts.
        case shortestAge
        /// The value of the worker with the latest ``Gauge/censusAge``.
        case latestCensus
    }

    /// What a value counts.
    enum Unit {
        case number
        case nanoseconds
        case percent
    }

    var combination: Combination {
        switch self {
        case .connections, .requests, .connectionLimit, .descriptors, .descriptorLimit, .waitingLogins, .runningHashes,
            .cachedSessions, .leases, .connected, .redisUp, .redisPartly, .redisDown:
            .sum
        case .notificationQueue: .maximum
        case .revocationLag: .longestAge
        case .sessions, .cleanupLag: .latestCensus
        case .censusAge: .shortestAge
        }
    }

    var unit: Unit {
        switch self {
        case .revocationLag, .cleanupLag, .censusAge: .nanoseconds
        case .notificationQueue: .percent
        case .connections, .requests, .connectionLimit, .descriptors, .descriptorLimit, .waitingLogins, .runningHashes,
            .cachedSessions, .leases, .connected, .redisUp, .redisPartly, .redisDown, .sessions:
            .number
        }
    }

    var entry: MetricEntry {
        switch self {
        case .connections: MetricEntry("connections", help: "Open connections of clients.")
        case .requests: MetricEntry("requests_in_flight", help: "Requests that are not answered yet.")
        case .connectionLimit: MetricEntry("connection_limit", help: "Connections that all workers may have open.")
        case .descriptors: MetricEntry("open_descriptors", help: "Open file descriptors of all workers.")
        case .descriptorLimit: MetricEntry("descriptor_limit", help: "File descriptors that all workers may have open.")
        case .waitingLogins: MetricEntry("logins_waiting", help: "Logins that wait for the hashing of their password.")
        case .runningHashes: MetricEntry("hashes_running", help: "Password hashes that are being computed.")
        case .cachedSessions: MetricEntry("cached_sessions", help: "Sessions in the workers' memories.")
        case .leases:
            MetricEntry(
                "workers_with_lease",
                help: "Workers that may use sessions from memory and Redis, as they hear all revocations.")
        case .connected:
            MetricEntry(
                "workers_with_postgresql", help: "Workers that PostgreSQL answers on their connection for checks.")
        case .redisUp: Self.redis("up")
        case .redisPartly: Self.redis("partly")
        case .redisDown: Self.redis("down")
        case .revocationLag:
            MetricEntry(
                "revocation_lag_seconds",
                help: "Longest time for which a worker cannot be sure to have heard a revocation.")
        case .notificationQueue:
            MetricEntry(
                "notification_queue_ratio", help: "Part of PostgreSQL's notification queue that is in use, from 0 to 1."
            )
        case .sessions:
            MetricEntry(
                "sessions",
                help: "Sessions in the database that have not expired; an estimate beyond 100,000.")
        case .cleanupLag:
            MetricEntry(
                "cleanup_lag_seconds",
                help: "Time since the expiry of the oldest session that is not removed from the database yet.")
        case .censusAge:
            MetricEntry(
                "census_age_seconds",
                help: "Time since the sessions were counted, which is done at most once a minute, when somebody asks.")
        }
    }

    private static func redis(_ state: String) -> MetricEntry {
        MetricEntry(
            "workers_with_redis", .init("state", state), help: "Workers by the availability of Redis to them.")
    }
}
