/// The response to one FastCGI request.
package struct FastCGIAnswer: Sendable, CustomStringConvertible {
    /// The content of END_REQUEST.
    package struct EndRequest: Equatable, Sendable {
        package let appStatus: UInt32
        /// 0 is REQUEST_COMPLETE, 1 CANT_MPX_CONN, 2 OVERLOADED, 3 UNKNOWN_ROLE.
        package let protocolStatus: UInt8

        package init(appStatus: UInt32, protocolStatus: UInt8) {
            self.appStatus = appStatus
            self.protocolStatus = protocolStatus
        }
    }

    /// All received records, in order.
    package let records: [FastCGIRecord]
    /// The complete STDOUT and STDERR streams.
    package let output: [UInt8]
    package let stderr: String
    /// The status of the `Status` header, or 200 without it. Nil if STDOUT has no complete header section.
    package let status: Int?
    package let headers: HeaderList
    package let body: [UInt8]
    /// The END_REQUEST record, or nil if the connection ended before it.
    package let endRequest: EndRequest?
    /// A Boolean value that indicates whether the peer had closed the connection when the response was complete (see
    /// `FastCGIClient.receive`).
    package let isClosedByPeer: Bool

    init(records: [FastCGIRecord], isClosedByPeer: Bool) throws {
        self.records = records
        self.isClosedByPeer = isClosedByPeer
        output = records.filter { $0.kind == FastCGIRecord.Kind.stdout }.flatMap(\.content)
        let errors = records.filter { $0.kind == FastCGIRecord.Kind.stderr }.flatMap(\.content)
        stderr = String(decoding: errors, as: UTF8.self)
        endRequest = records.first { $0.kind == FastCGIRecord.Kind.endRequest && $0.content.count == 8 }.map {
            let status = $0.content.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return EndRequest(appStatus: status, protocolStatus: $0.content[4])
        }
        guard let head = try HeaderList.parse(output[...], hasStartLine: false) else {
            (status, headers, body) = (nil, HeaderList(), [])
            return
        }
        headers = head.headers
        body = Array(output.dropFirst(head.length))
        guard let line = headers["Status"] else {
            status = 200
            return
        }
        status = Int(line.prefix(3))
    }

    /// The body as UTF-8.
    package var text: String { String(decoding: body, as: UTF8.self) }

    package var description: String {
        let status = status.map(String.init) ?? "no status"
        let end = endRequest.map { "\($0)" } ?? "no END_REQUEST"
        return "\(status), \(end), \(isClosedByPeer ? "closed" : "open")\n\(headers)\n\n\(text)\(stderr)"
    }
}
