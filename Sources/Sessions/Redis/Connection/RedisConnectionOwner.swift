internal import EventLoop

/// Whoever has opened a connection.
@EventLoop
protocol RedisConnectionOwner: AnyObject {
    /// It may be used.
    func ready(_ connection: RedisConnection)
    /// It has answered a question for the first time.
    func answered(_ connection: RedisConnection)
    /// It is over, or never began. Said once, and before those who wait for replies learn it.
    func ended(_ connection: RedisConnection, _ reason: RedisError, wasIdle: Bool)
}
