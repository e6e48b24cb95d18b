/// Reads a FastCGI application's answer to one request, as a web server does (specification, sections 3.3, 5.3, 5.5).
struct FastCGIResponseReader {
    /// The answer's own bytes: headers, an empty line, the body.
    private(set) var output: [UInt8] = []
    /// Whether all of it has come.
    private(set) var isComplete = false
    /// What came is no answer to request 1: another version or request, one that was refused, or one that is too long.
    private(set) var isMalformed = false
    private var unread: [UInt8] = []

    private enum RecordType: UInt8 { case endRequest = 3, standardOutput = 6 }

    private static let version: UInt8 = 1
    private static let requestID: UInt16 = 1
    /// A pod's answers are short.
    private static let maxOutput = 64 << 10

    /// Takes some more bytes of the connection.
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
                // The fifth byte of the content is the protocol's own status; 0: the request was carried out.
                isMalformed = header.contentBytes < 5 || unread[content + 4] != 0
            case nil: break
            }
            offset = end
        }
        unread.removeFirst(offset)
    }

    /// The number of the `Status` header, 200 without one; nil when there are no headers, or it is no status.
    var status: Int? {
        guard let headers = parts?.headers else { return nil }
        let line = headers.split(whereSeparator: \.isNewline).first { $0.lowercased().hasPrefix("status:") }
        guard let line else { return 200 }
        let digits = line.dropFirst("status:".count).drop { $0 == " " }.prefix { $0 != " " }
        return digits.utf8.count == 3 && digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(digits) : nil
    }

    /// What follows the headers.
    var body: Substring { parts?.body ?? "" }

    private var parts: (headers: Substring, body: Substring)? {
        let text = String(decoding: output, as: UTF8.self)
        guard let line = text.firstRange(of: "\r\n\r\n") else { return nil }
        return (text[..<line.lowerBound], text[line.upperBound...])
    }
}
