/// Decides from the bytes that have arrived whether a request is complete. libfcgi reads with blocking calls and does not
/// check what it reads, so it must get complete and well-formed requests only.
///
/// Where libfcgi deviates from the specification, a request that the two would read differently is malformed. Each scan
/// starts at the first byte; ``maxBytes(maxBody:)`` bounds its cost.
struct FastCGIScanner {
    enum Verdict: Equatable {
        /// More must arrive.
        case incomplete
        /// The request can be read and answered without waiting.
        case complete(FastCGIRequestSummary)
        /// The request must be refused, whatever else arrives.
        case malformed(FastCGIFault)
    }

    private enum Phase { case begin, parameters, body, end }

    private static let maxRecordOverhead = 8 * 1024

    private let maxBody: Int
    private var phase = Phase.begin
    private var parameters = FastCGIParameterScanner()
    private var summary = FastCGIRequestSummary()

    /// The maximum size of a request with the headers and padding of its records, in bytes: the size of the buffer that
    /// is scanned.
    static func maxBytes(maxBody: Int) -> Int {
        FastCGIParameterScanner.maxBytes + maxBody + maxRecordOverhead
    }

    /// Scans `bytes`, everything that has arrived of a request.
    /// - Parameter maxBody: the maximum length of a body, in bytes.
    static func scan(_ bytes: Span<UInt8>, maxBody: Int) -> Verdict {
        var scanner = FastCGIScanner(maxBody: maxBody)
        do throws(FastCGIFault) {
            try scanner.readRecords(bytes)
            if scanner.isComplete { return .complete(scanner.summary) }
            if bytes.count >= maxBytes(maxBody: maxBody) { throw .requestTooLarge }
            return .incomplete
        } catch {
            return .malformed(error)
        }
    }

    private init(maxBody: Int) {
        self.maxBody = maxBody
    }

    private var isComplete: Bool {
        switch phase {
        case .begin, .parameters: false
        case .body: summary.role == .authorizer || summary.contentLength == 0 || summary.bodyTooLarge
        case .end: true
        }
    }

    private mutating func readRecords(_ bytes: Span<UInt8>) throws(FastCGIFault) {
        var offset = 0
        while phase != .end, bytes.count - offset >= FastCGIRecordHeader.size {
            let header = FastCGIRecordHeader(bytes, at: offset)
            guard header.version == 1 else {
                // The request of an authorizer ends with its parameters; bytes after it are not checked.
                if phase == .body, summary.role == .authorizer { break }
                throw .unknownVersion
            }
            let start = offset + FastCGIRecordHeader.size
            let end = start + header.contentBytes
            switch phase {
            case .begin:
                try check(beginning: header)
                guard end <= bytes.count else { return }
                try begin(header.requestID, bytes.extracting(start..<end))
            case .parameters:
                try check(continuing: header, type: .parameters)
                guard header.contentBytes > 0 else {
                    try endParameters(header)
                    break
                }
                guard end <= bytes.count else { return }
                try parameters.read(bytes.extracting(start..<end))
            case .body:
                if summary.role == .authorizer, header.type != .standardInput || header.requestID != summary.requestID {
                    summary.bytesFollow = true
                    return
                }
                try check(continuing: header, type: .standardInput)
                try readBody(header, arrived: min(header.contentBytes, bytes.count - start))
            case .end:
                return
            }
            offset = end
            // libfcgi may leave padding after the end of STDIN unread: it counts as bytes that follow.
            if phase != .end { offset += header.paddingBytes }
        }
        if phase == .end || phase == .body, bytes.count > offset { summary.bytesFollow = true }
    }

    private func check(beginning header: FastCGIRecordHeader) throws(FastCGIFault) {
        guard header.requestID != 0 else { throw .managementRecord }
        guard header.type == .beginRequest else { throw .noBeginRequest }
        // libfcgi reads padding here as the next record.
        guard header.contentBytes == 8, header.paddingBytes == 0 else { throw .badBeginRequest }
    }

    private func check(
        continuing header: FastCGIRecordHeader, type: FastCGIRecordHeader.RecordType
    ) throws(FastCGIFault) {
        guard header.requestID != 0 else { throw .managementRecord }
        guard header.type != .beginRequest else { throw .secondBeginRequest }
        guard header.requestID == summary.requestID else { throw .otherRequest }
        guard header.type != .abortRequest else { throw .aborted }
        guard header.type == type else { throw .unexpectedRecord }
    }

    private mutating func begin(_ id: UInt16, _ content: Span<UInt8>) throws(FastCGIFault) {
        summary.requestID = id
        guard let role = FastCGIRole(rawValue: UInt16(content[0]) << 8 | UInt16(content[1])) else { throw .unknownRole }
        summary.role = role
        summary.asksToKeep = content[2] & 1 != 0
        phase = .parameters
    }

    private mutating func endParameters(_ header: FastCGIRecordHeader) throws(FastCGIFault) {
        // libfcgi reads padding here as the next record, too.
        guard header.paddingBytes == 0 else { throw .paddedEnd }
        try parameters.end()
        summary.contentLength = parameters.contentLength
        summary.bodyTooLarge = summary.role == .responder && summary.contentLength > maxBody
        phase = .body
    }

    private mutating func readBody(_ header: FastCGIRecordHeader, arrived: Int) throws(FastCGIFault) {
        guard header.contentBytes > 0 else {
            summary.bodyHasEnded = true
            phase = .end
            return
        }
        summary.bodyBytes += arrived
        guard summary.bodyBytes + header.contentBytes - arrived <= summary.contentLength else { throw .bodyTooLong }
    }
}
