internal import EventLoop
internal import Logging

/// The server of METRICS_LISTEN, apart from the one for fronts: it can be asked also when that one has as many connections
/// as it may have, and its own few can never be in the way of checks. Requests that do not arrive make room for others.
@EventLoop
final class MetricsServer {
    private let server: Server
    /// Made with the first socket: most gates have none.
    private lazy var handler: HTTPHandler = self.makeHandler()
    private let makeHandler: @EventLoop () -> HTTPHandler

    /// In connections of one worker.
    private static let maxConnections = 16

    /// - Parameters:
    ///   - allowedPeers: The users whose processes may connect to unix sockets; nil if all may.
    ///   - proxies: Those who may connect to sockets that systemd has opened, beside this machine. Sockets of
    ///     METRICS_LISTEN are unix sockets and loopback addresses.
    ///   - onUntrustedPeer: Called for each connection from elsewhere, which is closed.
    init(
        _ routes: MetricsRoutes, allowedPeers: Set<UInt32>?, proxies: TrustedProxies, log: Logger,
        onUntrustedPeer: @escaping @EventLoop () -> Void
    ) {
        var limits = ConnectionLimits()
        limits.maxConnections = Self.maxConnections
        limits.givesUpSlowPeers = true
        let server = Server(limits: limits, allowedPeers: allowedPeers, takesAddresses: true, log: log)
        self.server = server
        makeHandler = {
            HTTPHandler(
                .byPath, connections: server.connections, proxies: proxies, log: log, onUntrustedPeer: onUntrustedPeer
            ) { routes.answer($0) }
        }
    }

    /// Accepts connections of a socket, of which the server takes ownership.
    func listen(on socket: WorkerSocket) { server.listen(on: socket.descriptor, for: handler) }

    /// Closes the sockets. The program's end does not wait for requests of these.
    func drain() { server.drain {} }
}
