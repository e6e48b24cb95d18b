internal import EventLoop

extension ServerAddress {
    /// Parses `host`, `host:port`, `[IPv6 address]` or `[IPv6 address]:port`.
    /// - Parameters:
    ///   - text: The text.
    ///   - port: The default port.
    init(urlHost text: ArraySlice<UInt8>, port: UInt16) throws(RedisURLProblem) {
        let host: ArraySlice<UInt8>
        let rest: ArraySlice<UInt8>
        if text.first == UInt8(ascii: "[") {
            guard let end = text.firstIndex(of: UInt8(ascii: "]")) else { throw .badAddress }
            host = text[(text.startIndex + 1)..<end]
            rest = text[(end + 1)...]
            guard RedisHostName.isIPv6(host) else { throw .badAddress }
        } else {
            guard text.count(where: { $0 == UInt8(ascii: ":") }) <= 1 else { throw .addressWithoutBrackets }
            host = text.prefix { $0 != UInt8(ascii: ":") }
            rest = text[host.endIndex...]
            guard !host.isEmpty else { throw .emptyHost }
            guard RedisHostName.isName(host) else { throw .badHost }
        }
        let name = String(decoding: host, as: UTF8.self).lowercased()
        guard !rest.isEmpty else {
            self = .tcp(host: name, port: port)
            return
        }
        guard rest.first == UInt8(ascii: ":") else { throw .badHost }
        guard let port = RedisHostName.port(rest.dropFirst()) else { throw .badPort }
        self = .tcp(host: name, port: port)
    }
}
