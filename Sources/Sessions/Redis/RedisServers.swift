internal import EventLoop

/// The servers that keep sessions together: one, one that sentinels name, or those of a cluster.
@EventLoop
protocol RedisServers: AnyObject {
    /// Connects, and stays connected.
    func start()
    func close()
    /// Asks the server that has the session for its entry.
    /// - Returns: false when that one cannot be asked now; `answer` is not called then.
    func find(_ hash: SHA256Digest, _ answer: @escaping RedisConnection.Answer) -> Bool
    /// Sends a command to the server that has the session.
    /// - Returns: false when that one cannot be asked now; `answer` is not called then.
    func send(
        _ command: RedisKeySpace.Command, on hash: SHA256Digest, _ answer: @escaping RedisConnection.Answer
    ) -> Bool
    /// How they are, and a call whenever that has changed.
    var condition: RedisHealth { get }
    var onChange: (@EventLoop () -> Void)? { get set }
}
