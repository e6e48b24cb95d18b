package import EventLoop

/// What came of asking one sentinel, where it did not lead to the primary.
package enum RedisSentinelFinding: Equatable, Sendable, CustomStringConvertible {
    /// It could not be asked; `reason` is fit for logs.
    case failed(reason: String)
    case unknownService
    /// It named a server that says that it is none: it has not heard of a failover, or that one is under way.
    case notPrimary(ServerAddress, RedisRole)
    /// It named a server that could not be asked what it is.
    case unreachable(ServerAddress, reason: String)

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
