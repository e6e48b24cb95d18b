import TestSupport

/// An SCGI application that responds with the headers of the request: a line `NAME=VALUE` for each, in their order.
final class EchoSCGI: Sendable {
    private let socket: AnsweringSocket

    init(at endpoint: Endpoint) throws {
        socket = try AnsweringSocket(at: endpoint) { received in
            // A netstring: the length, a colon, names and values that each end with NUL, a comma.
            guard let colon = received.firstIndex(of: UInt8(ascii: ":")),
                let length = Int(String(decoding: received[..<colon], as: UTF8.self)),
                received.count > colon + 1 + length
            else { return nil }
            let texts = received[(colon + 1)...].prefix(length).split(separator: 0, omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            let lines = stride(from: 0, to: texts.count - 1, by: 2).map { "\(texts[$0])=\(texts[$0 + 1])\n" }.joined()
            return Array("Status: 200 OK\r\nContent-Type: text/plain\r\n\r\n\(lines)".utf8)
        }
    }
}
