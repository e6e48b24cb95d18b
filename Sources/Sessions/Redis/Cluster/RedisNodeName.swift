internal import EventLoop

/// The host name of a node as reported by another node.
enum RedisNodeName: Equatable {
    case host(String)
    /// The host of the node that replied, which does not know its own name.
    case sameHost
    /// None: clients must use host names, and this node has none (`?`).
    case unknown

    /// Parses a reported name. Returns nil for a text that is neither a name nor an address.
    init?(_ text: [UInt8]) {
        if text.isEmpty {
            self = .sameHost
        } else if text == [UInt8(ascii: "?")] {
            self = .unknown
        } else if RedisHostName.isName(text) || RedisHostName.isIPv6(text) {
            self = .host(String(decoding: text, as: UTF8.self).lowercased())
        } else {
            return nil
        }
    }

    /// Returns the node's address, or nil if it is unknown.
    func address(port: UInt16, askedFrom server: ServerAddress) -> ServerAddress? {
        switch (self, server) {
        case (.host(let host), _): .tcp(host: host, port: port)
        case (.sameHost, .tcp(let host, _)): .tcp(host: host, port: port)
        case (.sameHost, .unix), (.unknown, _): nil
        }
    }
}
