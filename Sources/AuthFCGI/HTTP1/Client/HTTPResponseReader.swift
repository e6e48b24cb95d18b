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
        guard let text = ResponseText(received) else { return false }
        let length = text.value(of: "content-length").flatMap { Int($0.filter { $0 != " " }) } ?? 0
        return text.body.utf8.count >= length
    }

    var status: Int? {
        guard let text = ResponseText(received) else { return nil }
        return ResponseText.status(text.head.dropFirst("HTTP/1.1 ".count))
    }

    var body: Substring { ResponseText(received)?.body ?? "" }
}
