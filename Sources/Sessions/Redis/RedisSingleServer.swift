internal import EventLoop

/// A deployment of one server.
@EventLoop
final class RedisSingleServer: RedisServers {
    var onChange: (@EventLoop () -> Void)?

    private let node: RedisNode

    init(_ node: RedisNode) {
        self.node = node
        node.onChange = { [unowned self] in onChange?() }
    }

    func start() { node.start() }
    func close() { node.close() }

    func find(_ hash: SHA256Digest, _ answer: @escaping RedisConnection.Answer) -> Bool {
        guard let connection = node.connection else { return false }
        connection.find(hash, answer)
        return true
    }

    func send(
        _ command: RedisKeySpace.Command, on hash: SHA256Digest, _ answer: @escaping RedisConnection.Answer
    ) -> Bool {
        guard let connection = node.connection else { return false }
        connection.send(command, on: hash, answer)
        return true
    }

    var condition: RedisHealth {
        switch node.condition {
        case .unknown: .unknown
        case .up(let address): .up("\(address)")
        case .down(let reason): .down(reason)
        }
    }
}
