internal import EventLoop
internal import Logging

/// The HTTP side of a server: takes connections of trusted fronts, and hands their requests on as ``Exchange``s.
@EventLoop
final class HTTPHandler: ConnectionHandler {
    let faultLog: ConnectionFaultLog
    let connectionsStay = true
    let connections: ConnectionTable
    /// What each request asks.
    let question: Exchange.Question
    let proxies: TrustedProxies
    let respond: @EventLoop (Exchange) -> Void
    let input = InputBuffer(size: HTTPLimits.head)
    let clock = HTTPClock()
    let outputMemory = HTTPOutput.Memory()

    private let onUntrustedPeer: @EventLoop () -> Void

    /// - Parameters:
    ///   - connections: the table in which all connections are counted.
    ///   - onUntrustedPeer: called for each connection that is closed because it comes from elsewhere.
    ///   - respond: responds to a request, now or later.
    init(
        _ question: Exchange.Question, connections: ConnectionTable, proxies: TrustedProxies, log: Logger,
        onUntrustedPeer: @escaping @EventLoop () -> Void, respond: @escaping @EventLoop (Exchange) -> Void
    ) {
        self.question = question
        self.connections = connections
        self.proxies = proxies
        self.onUntrustedPeer = onUntrustedPeer
        self.respond = respond
        faultLog = ConnectionFaultLog(protocolName: "HTTP", log: log)
    }

    func accepted(_ descriptor: Int32) {
        // A peer that has gone has no address.
        guard let peer = PeerAddress.of(descriptor) else { return connections.close(descriptor) }
        accepted(descriptor, from: peer)
    }

    /// Takes ownership of an accepted connection, of a peer whose address is known.
    func accepted(_ descriptor: Int32, from peer: PeerAddress) {
        guard proxies.mayConnect(peer) else {
            faultLog.add(.untrustedPeer, address: peer.text)
            onUntrustedPeer()
            return connections.close(descriptor)
        }
        let connection = HTTPConnection(descriptor, of: peer, handler: self)
        connection.start(connections.add(descriptor, owner: connection))
    }

    /// A connection on which nothing had arrived is watched already.
    func acceptedBatch() {}
}
