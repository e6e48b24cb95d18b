internal import EventLoop

/// The Redis servers of one deployment: a single server, the primary of a sentinel service, or the nodes of a cluster.
@EventLoop
protocol RedisServers: AnyObject {
    /// Connects, and reconnects until closed.
    func start()
    /// Closes all connections, for good.
    func close()
    /// Requests a session's entry from the server that stores it.
    /// - Returns: False if that server is unavailable; `answer` is not called then.
    func find(_ hash: SHA256Digest, _ answer: @escaping RedisConnection.Answer) -> Bool
    /// Sends a command to the server that stores the session.
    /// - Returns: False if that server is unavailable; `answer` is not called then.
    func send(
        _ command: RedisKeySpace.Command, on hash: SHA256Digest, _ answer: @escaping RedisConnection.Answer
    ) -> Bool
    /// The availability of the servers, and a handler of its changes.
    var condition: RedisHealth { get }
    var onChange: (@EventLoop () -> Void)? { get set }
}
