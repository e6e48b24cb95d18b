internal import EventLoop
internal import Logging

/// The server of a worker: accepts connections of its listening sockets, within the limits, and hands them to the handlers
/// of their protocols.
///
/// References point down: the server knows the ``Acceptor``, the handlers and the ``ConnectionTable``; handlers know the
/// table; listeners, connections and exchanges know none of these. They report through closures and owner protocols.
@EventLoop
final class Server {
    /// The table that all handlers of this server use.
    let connections: ConnectionTable

    private let acceptor: Acceptor
    private let allowedPeers: Set<UInt32>?
    private let takesAddresses: Bool

    /// - Parameters:
    ///   - allowedPeers: the users whose processes may connect (SO_PEERCRED); nil if all may.
    ///   - takesAddresses: true if that is about unix sockets alone: connections over TCP, which have no user, are taken.
    init(limits: ConnectionLimits, allowedPeers: Set<UInt32>?, takesAddresses: Bool = false, log: Logger) {
        self.allowedPeers = allowedPeers
        self.takesAddresses = takesAddresses
        let acceptor = Acceptor(log: log)
        self.acceptor = acceptor
        connections = ConnectionTable(limits: limits) { acceptor.connectionClosed() }
    }

    /// The number of pauses at the limit of connections so far.
    var pausesAtLimit: Int { acceptor.pausesAtLimit }

    /// True once ``drain(onIdle:)`` was called.
    var isDraining: Bool { connections.isDraining }

    /// Accepts connections of `socket` and serves them with `handler`.
    /// - Parameter socket: a non-blocking listening socket, of which the server takes ownership.
    func listen(on socket: Int32, for handler: any ConnectionHandler) {
        acceptor.listen(
            on: FileDescriptor(owning: socket), takesTurns: handler.connectionsStay,
            onConnection: { self.accepted($0, for: handler) }, onBatchEnd: { handler.acceptedBatch() })
    }

    /// Accepts the connections that are queued, closes the listening sockets, and closes kept connections without a
    /// request. All accepted requests are answered.
    /// - Parameter onIdle: called once, when no request is left.
    func drain(onIdle: @escaping @EventLoop () -> Void) {
        guard !isDraining else { return }
        acceptor.drain()
        connections.drain(onIdle: onIdle)
    }

    private func accepted(_ descriptor: Int32, for handler: any ConnectionHandler) {
        connections.opened()
        if let allowedPeers, !(takesAddresses && PeerAddress.of(descriptor) != .unix) {
            let peer = PeerUser.number(of: descriptor)
            guard let peer, allowedPeers.contains(peer) else {
                handler.faultLog.add(.peerNotAllowed, peer: peer)
                connections.close(descriptor)
                return
            }
        }
        connections.makeRoom()
        handler.accepted(descriptor)
        if !connections.mayOpen { acceptor.pauseUntilClose(atLimit: connections.limits.maxConnections) }
    }
}
