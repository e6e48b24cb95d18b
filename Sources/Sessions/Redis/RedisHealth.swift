/// The availability of Redis.
enum RedisHealth: Equatable, Sendable {
    /// Not reached yet, and no attempt has failed for good.
    case unknown
    /// Available. The text names the server or servers.
    case up(String)
    /// Some of several servers are unavailable. The text names them with the reasons.
    case partly(String)
    /// Unavailable. The text is the reason.
    case down(String)
}
