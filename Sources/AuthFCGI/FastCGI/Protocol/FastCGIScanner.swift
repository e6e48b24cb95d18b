/// Decides from the bytes that have arrived whether a request is complete, so that libfcgi, which reads with blocking
/// calls and trusts what it reads, only ever sees whole and harmless requests.
///
/// It is stricter than the specification where libfcgi is: what the two would read differently is malformed. The bytes
/// are looked at from their start each time; ``maximumBytes(maximumBody:)`` bounds what that costs.
struct FastCGIScanner {
    enum Verdict: Equatable {
        /// More must arrive.
        case incomplete
        /// The request can be read and answered without waiting.
        case complete(FastCGIRequestSummary)
        /// Whatever arrives, this must not be read any further.
        case malformed(FastCGIFault)
    }

    private enum Phase { case begin, parameters, body, end }

    private static let maximumRecordOverhead = 8 * 1024

    private let maximumBody: Int
    private var phase = Phase.begin
    private var parameters = FastCGIParameterScanner()
    private var shape = FastCGIRequestSummary()

    /// The most bytes that a request may take with its records' headers and padding: the size of the buffer to look
    /// at it in.
    static func maximumBytes(maximumBody: Int) -> Int {
        FastCGIParameterScanner.maximumBytes + maximumBody + maximumRecordOverhead
    }

    /// Looks at `bytes`, everything that has arrived of a request.
    /// - Parameter maximumBody: the longest body to wait for, in bytes.
    static func scan(_ bytes: Span<UInt8>, maximumBody: Int) -> Verdict {
        var scanner = FastCGIScanner(maximumBody: maximumBody)
        do throws(FastCGIFault) {
            try scanner.readRecords(bytes)
            if scanner.isComplete { return .complete(scanner.shape) }
            if bytes.count >= maximumBytes(maximumBody: maximumBody) { throw .requestTooLarge }
            return .incomplete
        } catch {
            return .malformed(error)
        }
    }

    private init(maximumBody: Int) {
        self.maximumBody = maximumBody
    }

    private var isComplete: Bool {
        switch phase {
        case .begin, .parameters: false
        case .body: shape.role == .authorizer || shape.contentLength == 0 || shape.bodyTooLarge
        case .end: true
        }
    }

    private mutating func readRecords(_ bytes: Span<UInt8>) throws(FastCGIFault) {
        var offset = 0
        while phase != .end, bytes.count - offset >= FastCGIRecordHeader.size {
            let header = FastCGIRecordHeader(bytes, at: offset)
            guard header.version == 1 else {
                // An authorizer's request ends with its parameters; what follows is not ours to judge.
                if phase == .body, shape.role == .authorizer { break }
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
                if shape.role == .authorizer, header.type != .standardInput || header.requestID != shape.requestID {
                    shape.bytesFollow = true
                    return
                }
                try check(continuing: header, type: .standardInput)
                try readBody(header, arrived: min(header.contentBytes, bytes.count - start))
            case .end:
                return
            }
            offset = end
            // Padding behind the end of STDIN may be left over by libfcgi: it counts as something that follows.
            if phase != .end { offset += header.paddingBytes }
        }
        if phase == .end || phase == .body, bytes.count > offset { shape.bytesFollow = true }
    }

    private func check(beginning header: FastCGIRecordHeader) throws(FastCGIFault) {
        guard header.requestID != 0 else { throw .managementRecord }
        guard header.type == .beginRequest else { throw .noBeginRequest }
        // libfcgi takes padding here for the next record.
        guard header.contentBytes == 8, header.paddingBytes == 0 else { throw .badBeginRequest }
    }

    private func check(
        continuing header: FastCGIRecordHeader, type: FastCGIRecordHeader.RecordType
    ) throws(FastCGIFault) {
        guard header.requestID != 0 else { throw .managementRecord }
        guard header.type != .beginRequest else { throw .secondBeginRequest }
        guard header.requestID == shape.requestID else { throw .otherRequest }
        guard header.type != .abortRequest else { throw .aborted }
        guard header.type == type else { throw .unexpectedRecord }
    }

    private mutating func begin(_ id: UInt16, _ content: Span<UInt8>) throws(FastCGIFault) {
        shape.requestID = id
        guard let role = FastCGIRole(rawValue: UInt16(content[0]) << 8 | UInt16(content[1])) else { throw .unknownRole }
        shape.role = role
        shape.asksToKeep = content[2] & 1 != 0
        phase = .parameters
    }

    private mutating func endParameters(_ header: FastCGIRecordHeader) throws(FastCGIFault) {
        // libfcgi takes padding here for the next record, too.
        guard header.paddingBytes == 0 else { throw .paddedEnd }
        try parameters.end()
        shape.contentLength = parameters.contentLength
        shape.bodyTooLarge = shape.role == .responder && shape.contentLength > maximumBody
        phase = .body
    }

    private mutating func readBody(_ header: FastCGIRecordHeader, arrived: Int) throws(FastCGIFault) {
        guard header.contentBytes > 0 else {
            shape.bodyHasEnded = true
            phase = .end
            return
        }
        shape.bodyBytes += arrived
        guard shape.bodyBytes + header.contentBytes - arrived <= shape.contentLength else { throw .bodyTooLong }
    }
}
