internal import EventLoop
internal import Logging

/// The FastCGI side of a server: reads requests from connections and hands them on as ``Exchange``s.
///
/// The bytes of a connection are peeked at until its request is complete. A request with a body is then read by libfcgi;
/// of any other request nothing is left to read. The common case, a check whose request has arrived when its connection
/// is accepted, takes accept, peek, read, write and close, and never enters the loop's epoll set.
@EventLoop
final class FastCGIHandler: ConnectionHandler {
    let faultLog: ConnectionFaultLog

    private let connections: ConnectionTable
    private let respond: @EventLoop (Exchange) -> Void
    private let input = InputBuffer(size: FastCGIScanner.maxBytes(maxBody: RequestBody.maxBytes))
    /// The connections of the present batch on which nothing had arrived when they were accepted.
    private var newcomers: [Int32] = []

    /// - Parameters:
    ///   - connections: the table in which all connections are counted.
    ///   - respond: responds to a request, now or later.
    init(connections: ConnectionTable, log: Logger, respond: @escaping @EventLoop (Exchange) -> Void) {
        self.connections = connections
        self.respond = respond
        faultLog = ConnectionFaultLog(protocolName: "FastCGI", log: log)
    }

    // MARK: Accepting

    func accepted(_ descriptor: Int32) {
        if !examine(descriptor, nil) { newcomers.append(descriptor) }
    }

    /// A peer connects first and sends then: a request that had not arrived may have arrived by now.
    func acceptedBatch() {
        guard !newcomers.isEmpty else { return }
        let again = newcomers
        newcomers.removeAll(keepingCapacity: true)
        for descriptor in again where !examine(descriptor, nil) { waitForRequest(descriptor) }
    }

    private func waitForRequest(_ descriptor: Int32) { connections.add(descriptor, owner: self).beginReading() }

    // MARK: Reading

    /// - Parameter connection: the object of the connection, if it has one.
    /// - Returns: false if nothing has arrived.
    @discardableResult
    private func examine(_ descriptor: Int32, _ connection: Connection?, peerHasClosed: Bool = false) -> Bool {
        switch input.peek(at: descriptor) {
        case .nothing: return false
        case .ended: close(descriptor, connection, because: nil)  // closed between two requests
        case .bytes(let count):
            if let connection, connection.hasUnsentAnswer {
                close(descriptor, connection, because: .unsentAnswer)
            } else {
                input.withBytes(count) { examine($0, descriptor, connection, peerHasClosed: peerHasClosed) }
            }
        }
        return true
    }

    private func examine(
        _ bytes: Span<UInt8>, _ descriptor: Int32, _ connection: Connection?, peerHasClosed: Bool
    ) {
        switch FastCGIScanner.scan(bytes, maxBody: RequestBody.maxBytes) {
        case .complete(let summary):
            begin(bytes, descriptor, summary, connection)
        case .incomplete:
            guard !peerHasClosed else { return close(descriptor, connection, because: .truncated) }
            if let connection { connection.beginReading() } else { waitForRequest(descriptor) }
        case .malformed(let fault):
            close(descriptor, connection, because: .refused(reason: fault.rawValue))
        }
    }

    private func begin(
        _ bytes: Span<UInt8>, _ descriptor: Int32, _ summary: FastCGIRequestSummary, _ connection: Connection?
    ) {
        connection?.beginAnswering()
        let exchange: FastCGIExchange
        do throws(FastCGIFault) {
            exchange = try FastCGIExchange(
                bytes, on: descriptor, summary, owner: self, connection: connection)
        } catch {
            faultLog.add(.refused(reason: error.rawValue))
            connections.closed(connection)
            return
        }
        connections.requestBegan()
        respond(exchange)
    }

    private func close(_ descriptor: Int32, _ connection: Connection?, because fault: ConnectionFault?) {
        if let fault { faultLog.add(fault) }
        if let connection { connections.close(connection) } else { connections.close(descriptor) }
    }
}

extension FastCGIHandler: ConnectionOwner {
    func examine(_ connection: Connection, peerHasClosed: Bool) {
        examine(connection.descriptor, connection, peerHasClosed: peerHasClosed)
    }

    func end(_ connection: Connection, because fault: ConnectionFault?) {
        close(connection.descriptor, connection, because: fault)
    }
}

extension FastCGIHandler: FastCGIExchangeOwner {
    var keepsConnections: Bool { !connections.isDraining }

    func discard(_ count: Int, from descriptor: Int32) -> Bool {
        input.discard(from: descriptor, atMost: count) == .bytes(count)
    }

    func exchangeEnded(on connection: Connection?, keeping descriptor: Int32?, lingers: Bool) {
        if let descriptor {
            let kept = connection ?? connections.add(descriptor, owner: self)
            if lingers { kept.linger() } else { kept.becomeIdle() }
        } else {
            connections.closed(connection)
        }
        connections.requestEnded()
    }

    func exchangeWasDropped(on connection: Connection?) {
        faultLog.add(.unanswered)
        connections.closed(connection)
        connections.requestEnded()
    }
}
