internal import EventLoop

/// One server.
@EventLoop
final class RedisSingleServer: RedisServers {
    var onChange: (@EventLoop () -> Void)?

    private let node: RedisNode
    private let keys: RedisKeySpace

    init(_ node: RedisNode, _ keys: RedisKeySpace) {
        self.node = node
        self.keys = keys
        node.onChange = { [weak self] in self?.onChange?() }
    }

    func start() { node.start() }
    func close() { node.close() }

    func send(
        _ command: RedisKeySpace.Command, on hash: Digest, _ answer: @escaping RedisConnection.Answer
    ) -> Bool {
        guard let connection = node.connection else { return false }
        connection.send(command, on: hash, in: keys, answer)
        return true
    }

    var condition: RedisCondition {
        switch node.condition {
        case .unknown: .unknown
        case .up(let address): .up("\(address)")
        case .down(let reason): .down(reason)
        }
    }
}
