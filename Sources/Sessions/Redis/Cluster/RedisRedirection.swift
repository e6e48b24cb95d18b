package import EventLoop

/// A cluster node's word that another one is to be asked ("MOVED Redirection" and "ASK redirection" in the cluster
/// specification).
package struct RedisRedirection: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// The slot is elsewhere from now on: the map is to be changed.
        case moved
        /// This one command is to be asked elsewhere, behind an `ASKING`; the map stays.
        case ask
    }

    package let kind: Kind
    package let slot: RedisHashSlot
    /// Nil when the node does not know how clients reach the other: the map is to be asked for.
    package let address: ServerAddress?

    /// Nil when the error is no redirection, or one that makes no sense.
    /// - Parameter server: the node that answered; one that does not know its own name means it by an empty host.
    package init?(_ error: RedisServerError, askedFrom server: ServerAddress) {
        let words = error.text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.count == 3, let number = RedisHostName.number(words[1]), let slot = RedisHashSlot(Int(number))
        else { return nil }
        switch error.code {
        case "MOVED": kind = .moved
        case "ASK": kind = .ask
        default: return nil
        }
        // IPv6 addresses come without brackets: the port is behind the last colon.
        guard let colon = words[2].lastIndex(of: UInt8(ascii: ":")),
            let port = RedisHostName.port(words[2][words[2].index(after: colon)...]),
            let node = RedisNodeName(Array(words[2][..<colon]))
        else { return nil }
        self.slot = slot
        address = node.address(port: port, askedFrom: server)
    }
}
