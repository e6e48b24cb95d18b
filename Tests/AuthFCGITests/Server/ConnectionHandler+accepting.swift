import EventLoop

@testable import AuthFCGI

extension ConnectionHandler {
    /// Returns a connection that was accepted after these bytes were sent on it.
    func accept(_ bytes: [UInt8], in table: ConnectionTable) throws -> SocketPair {
        let pair = try SocketPair()
        pair.send(bytes)
        table.opened()
        accepted(pair.ours)
        return pair
    }
}

extension ConnectionTable {
    /// Drains the connections; true if no request was left.
    var isIdleWhenDrained: Bool {
        var isIdle = false
        drain { isIdle = true }
        return isIdle
    }
}
