import TestSupport

/// An upstream application that responds to each request with the bytes of the request, headers unchanged. With
/// `?status=500` in the request line it responds with that status, and always with `X-App: 1`. It accepts each change
/// of the protocol that it is asked for, h2c too: the status is then 101, and the request comes back behind that.
final class EchoApplication: Sendable {
    private let socket: AnsweringSocket

    init(at endpoint: Endpoint) throws {
        socket = try AnsweringSocket(at: endpoint) { received in
            let request = EchoedRequest(bytes: received)
            guard let body = request.body else { return nil }
            guard body.utf8.count >= request["Content-Length"].first.flatMap({ Int($0) }) ?? 0 else { return nil }
            // The end of the last chunk, and of the trailers behind it.
            guard request["Transfer-Encoding"].isEmpty || body.hasSuffix("\r\n\r\n") else { return nil }
            if let protocols = Self.askedProtocols(in: request) {
                // HAProxy compares the last header: it is what belongs to the key of `webSocketHeaders`.
                let head = """
                    HTTP/1.1 101 Switching Protocols\r
                    X-App: 1\r
                    Connection: Upgrade\r
                    Upgrade: \(protocols)\r
                    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
                    \r\n
                    """
                return Array(head.utf8) + received
            }
            let status = request.startLine.contains("?status=500") ? "500 Oh" : "200 OK"
            let head =
                "HTTP/1.1 \(status)\r\nX-App: 1\r\nContent-Length: \(received.count)\r\nConnection: close\r\n\r\n"
            return Array(head.utf8) + received
        }
    }

    /// The headers of a WebSocket handshake, without those that ask for the change.
    static let webSocketHeaders = [
        ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ]

    /// Returns the protocols that a request asks to change to, or nil if it asks for none.
    private static func askedProtocols(in request: EchoedRequest) -> String? {
        let protocols = request["Upgrade"].filter { !$0.isEmpty }
        let asks = request["Connection"].contains { $0.lowercased().contains("upgrade") }
        return asks && !protocols.isEmpty ? protocols.joined(separator: ", ") : nil
    }
}
