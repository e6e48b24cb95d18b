import TestSupport

/// A uwsgi application that responds with the variables of the request: a line `NAME=VALUE` for each, in their order.
final class EchoUWSGI: Sendable {
    private let socket: AnsweringSocket

    init(at endpoint: Endpoint) throws {
        socket = try AnsweringSocket(at: endpoint) { received in
            // A header of four bytes. Two of them are the size of the variables, little-endian.
            guard received.count >= 4 else { return nil }
            let size = Int(received[1]) | Int(received[2]) << 8
            guard received.count >= 4 + size else { return nil }
            var rest = received[4..<4 + size]
            func text() -> String {
                let length = Int(rest.popFirst() ?? 0) | Int(rest.popFirst() ?? 0) << 8
                defer { rest = rest.dropFirst(length) }
                return String(decoding: rest.prefix(length), as: UTF8.self)
            }
            var lines = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
            while !rest.isEmpty { lines += "\(text())=\(text())\n" }
            return Array(lines.utf8)
        }
    }
}
