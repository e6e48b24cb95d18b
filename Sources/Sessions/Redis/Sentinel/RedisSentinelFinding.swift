package import EventLoop

/// The reason why one sentinel did not lead to the primary.
package enum RedisSentinelFinding: Equatable, Sendable, CustomStringConvertible {
    /// The sentinel could not be asked. `reason` is safe for logs.
    case failed(reason: String)
    /// The sentinel does not monitor the service.
    case unknownService
    /// The sentinel named a server that is not the primary by its own `ROLE`: a failover is under way, or unknown to
    /// the sentinel.
    case notPrimary(ServerAddress, RedisRole)
    /// The sentinel named a server whose role could not be requested.
    case unreachable(ServerAddress, reason: String)

    /// The finding in words that follow the name of the sentinel.
    package var description: String {
        switch self {
        case .failed(let reason): reason
        case .unknownService: "does not know the service"
        case .notPrimary(let address, .replica): "names \(address), which is a replica"
        case .notPrimary(let address, .sentinel): "names \(address), which is a sentinel"
        case .notPrimary(let address, .primary): "names \(address)"
        case .unreachable(let address, let reason): "names \(address), which does not answer: \(reason)"
        }
    }
}
