internal import EventLoop

/// What a server says for a host when it says where another one is.
enum RedisNodeName: Equatable {
    case host(String)
    /// The host of the server that was asked: it does not know its own.
    case sameHost
    /// Clients are to use names, and this server has none.
    case unknown

    /// Nil for what is neither a name nor an address.
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

    /// Nil when nobody can tell.
    func address(port: UInt16, askedFrom server: ServerAddress) -> ServerAddress? {
        switch (self, server) {
        case (.host(let host), _): .tcp(host: host, port: port)
        case (.sameHost, .tcp(let host, _)): .tcp(host: host, port: port)
        case (.sameHost, .unix), (.unknown, _): nil
        }
    }
}
