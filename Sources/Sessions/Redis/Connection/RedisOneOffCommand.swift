internal import EventLoop

/// A single command to a server, over a connection of its own.
@EventLoop
final class RedisOneOffCommand: RedisConnectionOwner {
    private let command: RedisCommand
    private var answer: RedisConnection.Answer?
    private var connection: RedisConnection?

    init(_ command: RedisCommand) {
        self.command = command
    }

    isolated deinit { connection?.close() }

    /// Sends the command. `answer` is called once, possibly before this method returns, unless this object is
    /// deallocated before.
    func run(
        to address: ServerAddress, _ handshake: RedisHandshake, _ network: RedisNetwork,
        _ answer: @escaping RedisConnection.Answer
    ) {
        self.answer = answer
        let connection = RedisConnection(to: address, handshake, network, owner: self)
        self.connection = connection
        connection.open()
    }

    func ready(_ connection: RedisConnection) {
        connection.send(command) { [weak self] reply in
            connection.close()
            self?.finish(reply)
        }
    }

    func answered(_ connection: RedisConnection) {}

    func ended(_ connection: RedisConnection, _ reason: RedisError, wasIdle: Bool) { finish(.failure(reason)) }

    private func finish(_ result: Result<RedisReply, RedisError>) {
        let answer = answer
        self.answer = nil
        connection = nil
        answer?(result)
    }
}
