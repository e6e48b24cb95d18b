internal import EventLoop

/// One entry of the reply to `CLUSTER SLOTS`: some slots, who serves them, and his replicas.
struct RedisClusterRange {
    /// A node as the reply words it.
    struct Node {
        let name: RedisNodeName
        /// Nil: clients of this kind, with or without TLS, cannot reach it.
        let port: UInt16?

        /// Nil when nobody can tell, or none is meant for this kind of client.
        func address(askedFrom server: ServerAddress) -> ServerAddress? {
            port.flatMap { name.address(port: $0, askedFrom: server) }
        }
    }

    let slots: ClosedRange<Int>
    let primary: Node
    let replicas: [Node]

    /// - Parameter most: how many entries there can be.
    static func read(_ reply: RedisReply, atMost most: Int) throws(RedisProtocolProblem) -> [RedisClusterRange] {
        if case .error(let error) = reply { throw .refused(command: command, error) }
        guard case .array(let entries) = reply else { throw problem("no list") }
        guard entries.count <= most else { throw problem("too many ranges") }
        var ranges: [RedisClusterRange] = []
        for entry in entries { ranges.append(try RedisClusterRange(entry)) }
        return ranges
    }

    static func problem(_ part: String) -> RedisProtocolProblem { .unexpected(command: command, part: part) }

    private static let command = "CLUSTER SLOTS"

    private init(_ entry: RedisReply) throws(RedisProtocolProblem) {
        guard case .array(let parts) = entry, parts.count >= 3 else { throw Self.problem("no range of slots") }
        guard case .integer(let first) = parts[0], case .integer(let last) = parts[1],
            first >= 0, first <= last, last < Int64(RedisHashSlot.count)
        else { throw Self.problem("a range of slots that cannot be") }
        slots = Int(first)...Int(last)
        primary = try Self.node(parts[2])
        var replicas: [Node] = []
        for part in parts[3...] { replicas.append(try Self.node(part)) }
        self.replicas = replicas
    }

    /// Host, port, and what later versions add behind them: an identifier, other names.
    private static func node(_ part: RedisReply) throws(RedisProtocolProblem) -> Node {
        guard case .array(let fields) = part, fields.count >= 2, case .integer(let number) = fields[1] else {
            throw problem("no node")
        }
        // A node that serves TLS alone tells the others port 0.
        guard let port = UInt16(exactly: number) else { throw problem("a port that cannot be") }
        let name = fields[0] == .null ? .sameHost : fields[0].bytes.flatMap { RedisNodeName($0) }
        guard let name else { throw problem("no name of a host") }
        return Node(name: name, port: port == 0 ? nil : port)
    }
}
