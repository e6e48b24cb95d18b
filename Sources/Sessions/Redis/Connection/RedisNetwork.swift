internal import EventLoop

/// What all connections to Redis have in common.
struct RedisNetwork: Sendable {
    /// nil: bytes go as they are.
    let tls: TLSContext?
    /// Where names are looked up.
    let threads: HelperThreads
    /// How long a command may take.
    let deadline: Duration
    /// Where sessions lie.
    let keys: RedisKeySpace

    /// How long it may take to reach a server and to agree on encryption.
    static let connectDeadline = Duration.seconds(1)
}
