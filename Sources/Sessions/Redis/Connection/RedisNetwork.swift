internal import EventLoop

/// The common configuration of all connections to Redis.
struct RedisNetwork: Sendable {
    /// The TLS context, or nil for unencrypted connections.
    let tls: TLSContext?
    /// The threads for name lookups.
    let threads: HelperThreads
    /// The time limit of a command.
    let deadline: Duration
    /// The keys of sessions.
    let keys: RedisKeySpace

    /// The time limit for connecting and the TLS handshake.
    static let connectDeadline = Duration.seconds(1)
}
