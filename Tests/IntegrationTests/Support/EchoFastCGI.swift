import TestSupport

/// A FastCGI application, like PHP-FPM, that responds with the parameters of the request: a line `NAME=VALUE` for each,
/// in their order.
final class EchoFastCGI: Sendable {
    private let socket: AnsweringSocket

    init(at endpoint: Endpoint) throws {
        socket = try AnsweringSocket(at: endpoint) { received in
            guard let parameters = Self.parameters(in: received) else { return nil }
            let text = "Content-Type: text/plain\r\n\r\n" + parameters.map { "\($0)=\($1)\n" }.joined()
            let kind = FastCGIRecord.Kind.self
            let records = [
                FastCGIRecord(kind.stdout, Array(text.utf8)), FastCGIRecord(kind.stdout),
                FastCGIRecord(kind.endRequest, [UInt8](repeating: 0, count: 8)),
            ]
            return records.flatMap(\.encoded)
        }
    }

    /// Returns the parameters, or nil until the empty STDIN record has arrived.
    private static func parameters(in bytes: [UInt8]) -> [(String, String)]? {
        var rest = bytes[...]
        var parameters: [UInt8] = []
        while rest.count >= 8 {
            let header = Array(rest.prefix(8))
            let length = Int(header[4]) << 8 | Int(header[5])
            guard rest.count >= 8 + length + Int(header[6]) else { return nil }
            let content = rest.dropFirst(8).prefix(length)
            rest = rest.dropFirst(8 + length + Int(header[6]))
            if header[1] == FastCGIRecord.Kind.params { parameters += content }
            if header[1] == FastCGIRecord.Kind.stdin, length == 0 { return decode(parameters) }
        }
        return nil
    }

    private static func decode(_ bytes: [UInt8]) -> [(String, String)] {
        var rest = bytes[...]
        func length() -> Int {
            let first = Int(rest.popFirst() ?? 0)
            guard first > 127 else { return first }
            return (0..<3).reduce(first & 0x7f) { length, _ in length << 8 | Int(rest.popFirst() ?? 0) }
        }
        func text(_ count: Int) -> String {
            defer { rest = rest.dropFirst(count) }
            return String(decoding: rest.prefix(count), as: UTF8.self)
        }
        var pairs: [(String, String)] = []
        while !rest.isEmpty {
            let (name, value) = (length(), length())
            pairs.append((text(name), text(value)))
        }
        return pairs
    }
}
