internal import EventLoop

/// Reads a gate's response to one HTTP request. Only what a gate sends is understood: a Content-Length, or no body at all.
struct HTTPResponseReader: ResponseReader {
    let protocolName = "HTTP"
    private var received: [UInt8] = []
    private(set) var isMalformed = false

    /// In bytes. The responses of a gate are short.
    private static let maxBytes = 64 << 10

    /// Returns the request of which this reads the response.
    static func request(_ path: String) -> [UInt8] {
        Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
    }

    mutating func receive(_ bytes: some Sequence<UInt8>) {
        guard !isMalformed else { return }
        received.append(contentsOf: bytes)
        let start = Array("HTTP/1.1 ".utf8)
        isMalformed = received.count > Self.maxBytes || !received.starts(with: start.prefix(received.count))
    }

    var isComplete: Bool {
        guard let (head, body) = parts else { return false }
        return body.utf8.count >= Self.contentLength(head)
    }

    var status: Int? {
        guard let (head, _) = parts else { return nil }
        let digits = head.dropFirst("HTTP/1.1 ".count).prefix { $0 != " " && $0 != "\r\n" }
        return digits.utf8.count == 3 && digits.utf8.allSatisfy(\.isASCIIDigit) ? Int(digits) : nil
    }

    var body: Substring { parts?.body ?? "" }

    private static func contentLength(_ head: Substring) -> Int {
        let line = head.split(whereSeparator: \.isNewline).first { $0.lowercased().hasPrefix("content-length:") }
        return line.flatMap { Int($0.dropFirst("content-length:".count).filter { $0 != " " }) } ?? 0
    }

    private var parts: (head: Substring, body: Substring)? {
        let text = String(decoding: received, as: UTF8.self)
        guard let line = text.firstRange(of: "\r\n\r\n") else { return nil }
        return (text[..<line.lowerBound], text[line.upperBound...])
    }
}
