internal import EventLoop
package import Logging

extension RedisConfiguration {
    /// Connects to the servers as a store does at its start, and disconnects.
    /// - Parameters:
    ///   - limit: The maximum time.
    ///   - log: The log of the connections.
    /// - Returns: The reason why not all of Redis can be used; nil if there is none.
    @EventLoop
    package func trial(within limit: Duration, log: Logger) async -> String? {
        let redis = RedisSessions(self, entryLifetime: .zero, log: log)
        redis.start()
        defer { redis.close() }
        let end = BootInstant.now + limit
        while true {
            switch redis.condition {
            case .up: return nil
            case .partly(let reason), .down(let reason): return reason
            case .unknown: if .now >= end { return "no answer within \(Int(limit.seconds)) s" }
            }
            await Reactor.shared.sleep(for: .milliseconds(20))
        }
    }
}
