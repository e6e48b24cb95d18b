internal import EventLoop
internal import Glibc
internal import Logging

/// Accepts connections from the web server and turns what arrives on them into ``Exchange``s.
///
/// A connection is looked at with MSG_PEEK until its request is complete. What has a body libfcgi reads then; of all else
/// nothing is left to be read. The common case, a check whose request is there when it is accepted, costs accept, peek,
/// read, write and close, and never enters the loop's set of descriptors.
@EventLoop @safe
final class FastCGIServer {
    struct Configuration {
        /// The longest body that a request may have, in bytes.
        var maximumBody = 8192
        /// How long a request may take to arrive.
        var requestDeadline = Duration.seconds(5)
        /// How long a kept connection may stay without a request.
        var idleLimit = Duration.seconds(300)
        /// Users whose processes may connect (SO_PEERCRED); nil lets any.
        var allowedPeers: Set<UInt32>?
        /// How many connections may be open at once.
        var maximumConnections = 4096
    }

    let configuration: Configuration

    /// Called once when ``drain()`` was called and the last request is answered.
    var onIdle: (@EventLoop () -> Void)? {
        didSet { tellIfIdle() }
    }

    /// ``drain()`` was called: nothing new is accepted, and no connection is kept.
    private(set) var isDraining = false

    private let respond: @EventLoop (Exchange) -> Void
    private let acceptor: FastCGIAcceptor
    private let faultLog: FastCGIFaultLog
    private let connections = FastCGIConnectionTable()
    /// Accepted in this batch, and nothing had arrived yet.
    private var newcomers: [Int32] = []
    private var openConnections = 0
    private var openExchanges = 0
    private let input: UnsafeMutableRawBufferPointer

    /// - Parameter respond: what answers the requests; it may keep the exchange and answer later.
    init(
        configuration: Configuration = Configuration(), log: Logger,
        respond: @escaping @EventLoop (Exchange) -> Void
    ) {
        self.configuration = configuration
        self.respond = respond
        acceptor = FastCGIAcceptor(log: log)
        faultLog = FastCGIFaultLog(log: log)
        let size = FastCGIScanner.maximumBytes(maximumBody: configuration.maximumBody)
        unsafe input = .allocate(byteCount: size, alignment: 16)
    }

    isolated deinit { unsafe input.deallocate() }

    // MARK: Beginning and end

    /// Accepts connections of `socket`, a listening and non-blocking one, which is the server's from now on.
    func listen(on socket: Int32) { acceptor.listen(on: FileDescriptor(owning: socket), for: self) }

    /// How many connections have a request that is unanswered, or may be about to send one.
    var inFlight: Int { openExchanges + connections.readingCount }

    /// Accepts what waits to be accepted, then stops: gives up the listening sockets and closes kept connections
    /// without a request. What has been accepted is answered; then ``onIdle`` is called.
    func drain() {
        guard !isDraining else { return }
        acceptor.drain()
        isDraining = true
        for connection in connections.idle { close(connection, because: nil) }
        tellIfIdle()
    }

    private func tellIfIdle() {
        guard isDraining, let onIdle, inFlight == 0 else { return }
        self.onIdle = nil
        onIdle()
    }

    // MARK: Arriving

    /// A connection was accepted.
    func accepted(_ descriptor: Int32) {
        openConnections += 1
        if let allowed = configuration.allowedPeers {
            let peer = PeerUser.number(of: descriptor)
            guard let peer, allowed.contains(peer) else {
                close(descriptor, because: .peerNotAllowed, peer: peer)
                return
            }
        }
        // At the limit, a kept connection that nobody uses goes; if there is none, accepting pauses.
        if openConnections >= configuration.maximumConnections, let idle = maxIdle { close(idle, because: nil) }
        examine(descriptor, nil, peerHasClosed: false)
        if openConnections >= configuration.maximumConnections, maxIdle == nil {
            acceptor.becameFull(configuration.maximumConnections)
        }
    }

    /// The peer connects first and sends then, so what was not there yet may well be there now.
    func acceptedBatch() {
        guard !newcomers.isEmpty else { return }
        let again = newcomers
        newcomers.removeAll(keepingCapacity: true)
        for descriptor in again { examine(descriptor, nil, isSecondLook: true, peerHasClosed: false) }
    }

    /// Something has happened on a connection that waits for a request.
    func examine(_ connection: FastCGIConnection, peerHasClosed: Bool) {
        examine(connection.descriptor, connection, peerHasClosed: peerHasClosed)
    }

    private func examine(
        _ descriptor: Int32, _ connection: FastCGIConnection?, isSecondLook: Bool = false, peerHasClosed: Bool
    ) {
        let count = unsafe recv(
            descriptor, input.baseAddress, input.count, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        guard count > 0 else {
            if count < 0, errno == EAGAIN || errno == EINTR {
                if connection == nil, isSecondLook { wait(for: descriptor) }
                if connection == nil, !isSecondLook { newcomers.append(descriptor) }
            } else {
                close(descriptor, connection, because: nil)  // gone without having asked for anything
            }
            return
        }
        if let connection, connection.hasUnsentAnswer {
            close(descriptor, connection, because: .unsentAnswer)
            return
        }
        let arrived = unsafe UnsafeRawBufferPointer(rebasing: input[..<count])
        unsafe arrived.withMemoryRebound(to: UInt8.self) { bytes in
            unsafe examine(bytes.span, descriptor, connection, peerHasClosed: peerHasClosed)
        }
    }

    private func examine(
        _ bytes: Span<UInt8>, _ descriptor: Int32, _ connection: FastCGIConnection?, peerHasClosed: Bool
    ) {
        switch FastCGIScanner.scan(bytes, maximumBody: configuration.maximumBody) {
        case .complete(let shape):
            begin(bytes, descriptor, shape, connection)
        case .incomplete:
            guard !peerHasClosed else {
                close(descriptor, connection, because: .truncated)
                return
            }
            if let connection { connection.beginReading() } else { wait(for: descriptor) }
        case .malformed(let fault):
            close(descriptor, connection, because: fault)
        }
    }

    private func wait(for descriptor: Int32) {
        let connection = FastCGIConnection(descriptor, .reading, server: self)
        connections.add(connection)
        connection.beginReading()
    }

    // MARK: Answering

    private func begin(
        _ bytes: Span<UInt8>, _ descriptor: Int32, _ shape: FastCGIRequestSummary,
        _ connection: FastCGIConnection?
    ) {
        connection?.beginAnswering()
        let exchange: FastCGIExchange
        do throws(FastCGIFault) {
            exchange = try FastCGIExchange(
                bytes, on: descriptor, shape: shape, server: self, connection: connection)
        } catch {
            faultLog.add(error)
            wasClosed(connection)
            return
        }
        openExchanges += 1
        respond(exchange)
    }

    /// - Parameter descriptor: the connection's when it is kept; nil when it is closed.
    func exchangeWasAnswered(_ connection: FastCGIConnection?, descriptor: Int32?, lingers: Bool) {
        openExchanges -= 1
        guard let descriptor else {
            wasClosed(connection)
            return
        }
        let kept = connection ?? FastCGIConnection(descriptor, .answering, server: self)
        if connection == nil { connections.add(kept) }
        if lingers { kept.linger() } else { kept.becomeIdle() }
        tellIfIdle()
    }

    /// A route has let an exchange go without an answer; its connection is about to be closed.
    func exchangeWasDropped(_ connection: FastCGIConnection?) {
        openExchanges -= 1
        faultLog.add(.unanswered)
        wasClosed(connection)
    }

    // MARK: Closing

    /// Reads and drops what has arrived; returns what recv() does.
    func discardInput(of descriptor: Int32, atMost most: Int = .max) -> Int {
        unsafe recv(descriptor, input.baseAddress, min(most, input.count), Int32(MSG_DONTWAIT))
    }

    /// Closes a connection that nobody answers.
    func close(_ connection: FastCGIConnection, because fault: FastCGIFault?) {
        close(connection.descriptor, connection, because: fault)
    }

    private func close(
        _ descriptor: Int32, _ connection: FastCGIConnection? = nil, because fault: FastCGIFault?, peer: UInt32? = nil
    ) {
        if let fault { faultLog.add(fault, peer: peer) }
        connection?.forget()
        Glibc.close(descriptor)
        wasClosed(connection)
    }

    private func wasClosed(_ connection: FastCGIConnection?) {
        if let connection {
            connection.forget()
            connections.remove(connection)
        }
        openConnections -= 1
        acceptor.connectionClosed()
        tellIfIdle()
    }

    private var maxIdle: FastCGIConnection? {
        connections.idle.min { $0.deadline < $1.deadline }
    }
}
