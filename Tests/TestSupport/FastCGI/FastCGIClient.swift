/// The client side of a FastCGI connection, as a web server has it. It can also violate the protocol. Not for use by
/// several threads at a time.
package final class FastCGIClient {
    private let socket: StreamSocket
    private let endpoint: Endpoint
    private let timeout: Duration

    /// Connects to a server.
    ///
    /// - Parameter timeout: The timeout for connecting and for each of the calls below.
    package init(_ endpoint: Endpoint, timeout: Duration = .seconds(10)) throws {
        socket = try StreamSocket(connectingTo: endpoint, until: Deadline(within: timeout))
        self.endpoint = endpoint
        self.timeout = timeout
    }

    /// Sends bytes. With `size`, sends them in pieces of that size with a pause after each.
    ///
    /// - Returns: False if the peer closed the connection before it had received all bytes.
    @discardableResult
    package func send(
        _ bytes: [UInt8], inPiecesOf size: Int? = nil, pause: Duration = .milliseconds(1)
    ) throws -> Bool {
        let deadline = Deadline(within: timeout)
        guard let size else { return try socket.send(bytes, until: deadline) }
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            guard try socket.send(piece, until: deadline) else { return false }
            sleepThread(for: pause)
        }
        return true
    }

    /// Sends records in one write.
    @discardableResult
    package func send(_ records: [FastCGIRecord]) throws -> Bool {
        try send(records.flatMap(\.encoded))
    }

    /// Shuts down the sending side of the connection. The peer reads an end of file.
    package func endSending() {
        socket.endSending()
    }

    /// Returns the next record, or nil if the peer has closed the connection.
    package func receiveRecord() throws -> FastCGIRecord? {
        try receiveRecord(until: Deadline(within: timeout))
    }

    /// Reads records up to the END_REQUEST of this request, or up to the end of the connection.
    ///
    /// - Parameter closing: The time to wait after END_REQUEST for the peer to close the connection.
    package func receive(requestID: UInt16 = 1, closing: Duration = .zero) throws -> FastCGIAnswer {
        let deadline = Deadline(within: timeout)
        var records: [FastCGIRecord] = []
        while let record = try receiveRecord(until: deadline) {
            records.append(record)
            guard record.kind == FastCGIRecord.Kind.endRequest, record.requestID == requestID else { continue }
            return try FastCGIAnswer(records: records, isClosedByPeer: socket.isClosed(within: closing))
        }
        return try FastCGIAnswer(records: records, isClosedByPeer: true)
    }

    /// Returns whether the peer closes or has closed the connection in time, without sending another byte.
    package func isClosedByPeer(within duration: Duration) throws -> Bool {
        try socket.isClosed(within: duration)
    }

    private func receiveRecord(until deadline: Deadline) throws -> FastCGIRecord? {
        let header = try socket.take(exactly: 8, until: deadline)
        guard !header.isEmpty else { return nil }
        guard header.count == 8 else { throw SupportError.unexpected("\(endpoint) closed within a record's header") }
        let length = Int(header[4]) << 8 | Int(header[5])
        let rest = try socket.take(exactly: length + Int(header[6]), until: deadline)
        guard rest.count == length + Int(header[6]) else {
            throw SupportError.unexpected("\(endpoint) closed within a record")
        }
        let requestID = UInt16(header[2]) << 8 | UInt16(header[3])
        var record = FastCGIRecord(header[1], requestID: requestID, Array(rest.prefix(length)), padding: header[6])
        record.version = header[0]
        return record
    }
}

extension FastCGIClient {
    /// Sends one request on a new connection and reads its response.
    package static func request(
        _ endpoint: Endpoint, role: UInt16 = FastCGIRecord.Role.responder, parameters: [(String, String)],
        body: [UInt8] = [], keepsConnection: Bool = false, closing: Duration = .zero, timeout: Duration = .seconds(10)
    ) throws -> FastCGIAnswer {
        let client = try FastCGIClient(endpoint, timeout: timeout)
        let begin = FastCGIRecord.begin(role: role, keepsConnection: keepsConnection)
        try client.send([begin] + FastCGIRecord.params(parameters) + FastCGIRecord.stdin(body))
        return try client.receive(closing: closing)
    }

    /// Sends a check as nginx sends an auth_request and returns the status.
    ///
    /// - Throws: An error if no status is received.
    package static func check(_ endpoint: Endpoint, token: String?, timeout: Duration = .seconds(10)) throws -> Int {
        let authorization = token.map { [("HTTP_AUTHORIZATION", "Bearer \($0)")] } ?? []
        let answer = try request(endpoint, parameters: checkParameters + authorization, timeout: timeout)
        guard let status = answer.status else { throw SupportError.unexpected("no status: \(answer)") }
        return status
    }

    /// The parameters of a check without a token.
    package static let checkParameters = [
        ("REQUEST_METHOD", "GET"), ("SCRIPT_NAME", "/auth/verify"), ("CONTENT_LENGTH", ""),
        ("SERVER_PROTOCOL", "HTTP/1.1"),
    ]
}
