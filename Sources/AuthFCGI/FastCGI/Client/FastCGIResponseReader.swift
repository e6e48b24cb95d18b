internal import EventLoop

/// Reads a FastCGI application's response to one request, as a web server does (specification, sections 3.3, 5.3, 5.5).
struct FastCGIResponseReader: ResponseReader {
    let protocolName = "FastCGI"
    /// The content of FCGI_STDOUT: headers, an empty line, the body.
    private(set) var output: [UInt8] = []
    /// True once the response is complete.
    private(set) var isComplete = false
    /// True if the bytes are no valid response to request 1: another version or request, a refused request, or a
    /// response of more than 64 KiB.
    private(set) var isMalformed = false
    private var unread: [UInt8] = []

    private enum RecordType: UInt8 { case endRequest = 3, standardOutput = 6 }

    private static let version: UInt8 = 1
    private static let requestID: UInt16 = 1
    /// In bytes. The responses of a gate are short.
    private static let maxOutput = 64 << 10

    /// Processes the next bytes of the connection.
    mutating func receive(_ bytes: some Sequence<UInt8>) {
        guard !isMalformed else { return }
        unread.append(contentsOf: bytes)
        var offset = 0
        while !isComplete, unread.count - offset >= FastCGIRecordHeader.size {
            let header = FastCGIRecordHeader(unread.span, at: offset)
            guard header.version == Self.version, header.requestID == Self.requestID, output.count <= Self.maxOutput
            else {
                isMalformed = true
                break
            }
            let content = offset + FastCGIRecordHeader.size
            let end = content + header.contentBytes + header.paddingBytes
            guard unread.count >= end else { break }
            switch RecordType(rawValue: unread[offset + 1]) {
            case .standardOutput: output += unread[content..<(content + header.contentBytes)]
            case .endRequest:
                isComplete = true
                // The fifth byte of the content is protocolStatus; 0 is FCGI_REQUEST_COMPLETE.
                isMalformed = header.contentBytes < 5 || unread[content + 4] != 0
            case nil: break
            }
            offset = end
        }
        unread.removeFirst(offset)
    }

    /// The status code in the `Status` header, 200 without one; nil if there are no headers or the code is malformed.
    var status: Int? {
        guard let text = ResponseText(output) else { return nil }
        guard let value = text.value(of: "status") else { return 200 }
        return ResponseText.status(value)
    }

    /// The text after the headers.
    var body: Substring { ResponseText(output)?.body ?? "" }
}
