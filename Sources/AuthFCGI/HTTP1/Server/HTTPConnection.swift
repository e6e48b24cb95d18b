internal import EventLoop

/// A kept HTTP connection: reads requests, hands on one at a time, and sends the responses in their order.
///
/// While it is idle it has no memory for a request. What arrives is read into the handler's buffer; only the rest of a request
/// that is cut off, or of requests that were sent ahead, is kept.
@EventLoop
final class HTTPConnection: ConnectionOwner {
    private let descriptor: Int32
    private let handler: HTTPHandler
    /// The text of the peer's address; empty for a unix socket.
    private let peer: [UInt8]
    /// nil before ``start(_:)``, and once the connection is closed.
    private var connection: Connection?

    /// nil if no request has arrived in part.
    private var partial: HTTPPartialRequest?
    /// What has arrived and was not answered, from the first byte of a request on.
    private var unread: [UInt8] = []
    /// False if more may have arrived than was read.
    private var hasReadAll = true
    /// True while requests are read: responses that are given meanwhile are sent afterwards.
    private var isProcessing = false
    /// True if a route has a request.
    private var isAnswering = false
    /// True if the client of the request that is being read was told to send the body.
    private var hasContinued = false

    private var output: HTTPOutput
    /// What follows when ``output`` is sent; nil if the connection stays.
    private var ending: HTTPEnding?

    /// The maximum number of reads before other connections have their turn.
    private static let readsInARow = 16

    init(_ descriptor: Int32, of peer: PeerAddress, handler: HTTPHandler) {
        self.descriptor = descriptor
        self.handler = handler
        self.peer = Array(peer.text.utf8)
        output = HTTPOutput(handler.outputMemory)
    }

    /// Reads what has arrived already, and waits for more.
    func start(_ connection: Connection) {
        self.connection = connection
        read(peerHasClosed: false)
    }

    var peerHasClosed: Bool { connection == nil || PeerClosing.hasHappened(on: descriptor) }

    // MARK: Reading

    func examine(_ connection: Connection, peerHasClosed: Bool) { read(peerHasClosed: peerHasClosed) }

    /// - Parameter peerHasClosed: true if the end of the stream is behind what is to be read.
    private func read(peerHasClosed: Bool) {
        for _ in 0..<Self.readsInARow where mayRead {
            switch handler.input.read(from: descriptor) {
            case .nothing:
                hasReadAll = true
                return wait()
            case .ended: return close(because: unread.isEmpty ? nil : .truncated)
            case .bytes(let count):
                // Less than there is room for: nothing is left.
                hasReadAll = count < handler.input.size && !peerHasClosed
                handler.input.withBytes(count) { take($0) }
                proceed()
                if hasReadAll { return wait() }
            }
        }
        wait()
    }

    /// True if the connection waits for a request.
    private var mayRead: Bool { connection != nil && ending == nil && !isAnswering && output.isEmpty }

    /// Processes bytes that have just been read.
    private func take(_ bytes: Span<UInt8>) {
        guard unread.isEmpty else {
            unread.append(bytes: bytes)
            return takeUnread()
        }
        let count = process(bytes)
        if count < bytes.count { unread.append(bytes: bytes.extracting(count..<bytes.count)) }
    }

    private func takeUnread() {
        var bytes = unread
        unread = []
        let count = process(bytes.span)
        guard count < bytes.count else { return }
        if count > 0 { bytes.removeFirst(count) }
        unread = bytes
    }

    /// Hands on the requests in `bytes`, as far as each is answered at once.
    /// - Returns: the number of bytes that are not needed any more.
    private func process(_ bytes: Span<UInt8>) -> Int {
        isProcessing = true
        defer { isProcessing = false }
        var start = 0
        while start < bytes.count, connection != nil, ending == nil, !isAnswering, !output.isFull {
            let rest = bytes.extracting(start..<bytes.count)
            var scanner = partial?.scanner ?? HTTPRequestScanner(maxBody: RequestBody.maxBytes)
            partial = nil
            switch scanner.scan(rest) {
            case .incomplete:
                partial = HTTPPartialRequest(scanner)
                if scanner.awaitsContinue(after: rest.count), !hasContinued {
                    hasContinued = true
                    output.appendContinue()
                }
                return start
            case .complete:
                start += scanner.position
                begin(rest, scanner)
            case .refused(let refusal):
                refuse(refusal, of: scanner)
                return bytes.count
            }
        }
        guard connection != nil, ending == nil else {
            if ending != nil, start < bytes.count { ending = .linger }
            return bytes.count
        }
        return start
    }

    private func begin(_ bytes: Span<UInt8>, _ scanner: HTTPRequestScanner) {
        hasContinued = false
        isAnswering = true
        connection?.beginAnswering()
        handler.connections.requestBegan()
        let request = OriginalRequest(http: bytes, scanner.head, peer: peer, handler.proxies)
        let form = HTTPResponseForm(to: scanner)
        handler.respond(HTTPExchange(handler.question, request, body: scanner.body, form: form, on: self))
    }

    /// Looks for requests that were sent ahead, and sends what is ready, until a route has a request, the peer has to receive
    /// more, or nothing is left.
    private func proceed() {
        while send(), !isAnswering, !unread.isEmpty {
            takeUnread()
            if output.isEmpty { return }
        }
    }

    /// Waits for the next request, or for the rest of one, unless there is something else to wait for.
    private func wait() {
        guard mayRead, let connection else { return }
        if !unread.isEmpty {
            connection.beginReading(hasReadAll: hasReadAll)
        } else if connection.state.phase != .idle || !hasReadAll {
            // An idle connection on which nothing has arrived keeps its age.
            connection.becomeIdle(hasReadAll: hasReadAll)
        }
    }

    // MARK: Answering

    /// Sends the response to the request that a route has, and goes on with those that were sent ahead.
    func answer(_ response: SerializedResponse, _ form: HTTPResponseForm) {
        isAnswering = false
        guard connection != nil else { return handler.connections.requestEnded() }
        var form = form
        if handler.connections.isDraining { form.keepsConnection = false }
        if !form.keepsConnection {
            ending = form.lingers || !unread.isEmpty || connection?.takeNews() == true ? .linger : .close
        }
        output.append(answer: response, form, date: handler.clock.date)
        guard !isProcessing else { return }
        // Earlier responses that still wait for room come first.
        guard connection?.state.phase != .sending else { return }
        goOn()
    }

    /// Goes on after a time in which nothing was read.
    private func goOn() {
        proceed()
        if let connection, connection.takeNews() { hasReadAll = false }
        wait()
    }

    /// Closes the connection: a route has released the request without a response.
    func drop() {
        isAnswering = false
        close(because: .unanswered)
        handler.connections.requestEnded()
    }

    private func refuse(_ refusal: HTTPRefusal, of request: HTTPRequestScanner?) {
        handler.faultLog.add(refusal == .late ? .timedOut : .refused(reason: refusal.rawValue))
        ending = .linger
        output.append(SerializedResponse(refusal.response), .refusal(of: request), date: handler.clock.date)
    }

    // MARK: Sending

    func sendMore(_ connection: Connection) {
        guard send() else { return }
        if isAnswering { return connection.beginAnswering() }
        goOn()
    }

    /// Sends what is ready. If it is the last, the connection ends.
    /// - Returns: true if all is sent and the connection stays.
    private func send() -> Bool {
        switch output.send(on: descriptor) {
        case .isSent: break
        case .isWaiting:
            connection?.beginSending()
            return false
        case .failed:
            close(because: nil)
            return false
        }
        switch ending {
        case .close: close(because: nil)
        case .linger:
            unread = []
            connection?.linger()
        case nil: break
        }
        settle()
        return connection != nil && ending == nil
    }

    /// Counts the requests whose responses are sent.
    private func settle() { for _ in 0..<output.takeCount() { handler.connections.requestEnded() } }

    // MARK: Ending

    func end(_ connection: Connection, because fault: ConnectionFault?) {
        guard fault == .timedOut else { return close(because: fault) }
        refuse(.late, of: partial?.scanner)
        _ = send()
    }

    private func close(because fault: ConnectionFault?) {
        guard let connection else { return }
        self.connection = nil
        partial = nil
        if let fault { handler.faultLog.add(fault) }
        unread = []
        output.clear()
        handler.connections.close(connection)
        settle()
    }
}
