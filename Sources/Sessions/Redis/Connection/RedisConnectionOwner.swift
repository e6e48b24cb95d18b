internal import EventLoop

/// The owner of a connection, which receives its events.
@EventLoop
protocol RedisConnectionOwner: AnyObject {
    /// The connection is ready for use.
    func ready(_ connection: RedisConnection)
    /// The server has replied to a command after the handshake for the first time.
    func answered(_ connection: RedisConnection)
    /// The connection has ended or could not be opened. Called once, before the handlers of pending commands.
    func ended(_ connection: RedisConnection, _ reason: RedisError, wasIdle: Bool)
}
