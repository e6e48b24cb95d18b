internal import EventLoop

/// One entry of the reply to `CLUSTER SLOTS`: a range of slots, their primary and its replicas.
struct RedisClusterRange {
    /// A node as it appears in the reply.
    struct Node {
        let name: RedisNodeName
        /// The port, or nil if this kind of client, with or without TLS, cannot reach the node.
        let port: UInt16?

        /// Returns the node's address, or nil if it is unknown or does not exist for this kind of client.
        func address(askedFrom server: ServerAddress) -> ServerAddress? {
            port.flatMap { name.address(port: $0, askedFrom: server) }
        }
    }

    let slots: ClosedRange<Int>
    let primary: Node
    let replicas: [Node]

    /// Reads the reply to `CLUSTER SLOTS`.
    /// - Parameter most: The maximum number of entries.
    static func read(_ reply: RedisReply, atMost most: Int) throws(RedisProtocolProblem) -> [RedisClusterRange] {
        if case .error(let error) = reply { throw .refused(command: command, error) }
        guard case .array(let entries) = reply else { throw problem("not an array") }
        guard entries.count <= most else { throw problem("too many ranges") }
        var ranges: [RedisClusterRange] = []
        for entry in entries { ranges.append(try RedisClusterRange(entry)) }
        return ranges
    }

    static func problem(_ part: String) -> RedisProtocolProblem { .unexpected(command: command, part: part) }

    private static let command = "CLUSTER SLOTS"

    private init(_ entry: RedisReply) throws(RedisProtocolProblem) {
        guard case .array(let parts) = entry, parts.count >= 3 else { throw Self.problem("not a slot range") }
        guard case .integer(let first) = parts[0], case .integer(let last) = parts[1],
            first >= 0, first <= last, last < Int64(RedisHashSlot.count)
        else { throw Self.problem("invalid slot range") }
        slots = Int(first)...Int(last)
        primary = try Self.node(parts[2])
        var replicas: [Node] = []
        for part in parts[3...] { replicas.append(try Self.node(part)) }
        self.replicas = replicas
    }

    /// Reads host and port, followed by additions of later versions: an identifier, other names.
    private static func node(_ part: RedisReply) throws(RedisProtocolProblem) -> Node {
        guard case .array(let fields) = part, fields.count >= 2, case .integer(let number) = fields[1] else {
            throw problem("not a node")
        }
        // A node that accepts only TLS reports port 0 to other clients.
        guard let port = UInt16(exactly: number) else { throw problem("invalid port") }
        let name = fields[0] == .null ? .sameHost : fields[0].bytes.flatMap { RedisNodeName($0) }
        guard let name else { throw problem("invalid host name") }
        return Node(name: name, port: port == 0 ? nil : port)
    }
}
