package import EventLoop

/// A redirection to another node of a cluster ("MOVED Redirection" and "ASK redirection" in the cluster specification).
package struct RedisRedirection: Equatable, Sendable {
    /// The kind of a redirection.
    package enum Kind: Equatable, Sendable {
        /// The slot has moved: the map is updated.
        case moved
        /// Only this command goes to the other node, after an `ASKING`. The map stays.
        case ask
    }

    /// The kind of the redirection.
    package let kind: Kind
    /// The slot of the command's key.
    package let slot: RedisHashSlot
    /// The other node, or nil if its address is unknown and the map must be requested.
    package let address: ServerAddress?

    /// Parses an error reply. Returns nil if it is not a valid redirection.
    /// - Parameters:
    ///   - error: The error reply.
    ///   - server: The node that replied. A node that does not know its own name reports an empty host for itself.
    package init?(_ error: RedisServerError, askedFrom server: ServerAddress) {
        let words = error.text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.count == 3, let number = RedisHostName.number(words[1]), let slot = RedisHashSlot(Int(number))
        else { return nil }
        switch error.code {
        case "MOVED": kind = .moved
        case "ASK": kind = .ask
        default: return nil
        }
        // IPv6 addresses come without brackets: the port follows the last colon.
        guard let colon = words[2].lastIndex(of: UInt8(ascii: ":")),
            let port = RedisHostName.port(words[2][words[2].index(after: colon)...]),
            let node = RedisNodeName(Array(words[2][..<colon]))
        else { return nil }
        self.slot = slot
        address = node.address(port: port, askedFrom: server)
    }
}
