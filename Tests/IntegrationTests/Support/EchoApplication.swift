import TestSupport

/// An upstream application that responds to each request with the bytes of the request, headers unchanged. With
/// `?status=500` in the request line it responds with that status, and always with `X-App: 1`.
final class EchoApplication: Sendable {
    private let socket: AnsweringSocket

    init(at endpoint: Endpoint) throws {
        socket = try AnsweringSocket(at: endpoint) { received in
            let request = EchoedRequest(bytes: received)
            guard let body = request.body else { return nil }
            guard body.utf8.count >= request["Content-Length"].first.flatMap({ Int($0) }) ?? 0 else { return nil }
            let status = request.startLine.contains("?status=500") ? "500 Oh" : "200 OK"
            let head =
                "HTTP/1.1 \(status)\r\nX-App: 1\r\nContent-Length: \(received.count)\r\nConnection: close\r\n\r\n"
            return Array(head.utf8) + received
        }
    }
}
