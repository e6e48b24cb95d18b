/// A counter of a store. Code that shows or sums counters iterates over all cases, so a new counter is one case here.
package enum StoreMetric: Int, CaseIterable, Sendable {
    /// Checks answered from this process's memory.
    case fromMemory
    /// Checks answered from Redis.
    case fromRedis
    /// Look-ups sent to PostgreSQL.
    case lookUps
    /// Touches of sessions (last seen, idle timeout) sent to PostgreSQL.
    case touchesWritten

    /// The name in logs, in snake case.
    package var name: String {
        switch self {
        case .fromMemory: "from_memory"
        case .fromRedis: "from_redis"
        case .lookUps: "look_ups"
        case .touchesWritten: "touches_written"
        }
    }
}
