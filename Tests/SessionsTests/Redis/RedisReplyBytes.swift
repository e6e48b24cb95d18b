@testable import Sessions

/// Replies in wire format (Redis serialization protocol, version 2).
enum RedisReplyBytes {
    static func of(_ reply: RedisReply) -> [UInt8] {
        switch reply {
        case .string(let bytes): line("$\(bytes.count)") + bytes + [13, 10]
        case .status(let text): line("+\(text)")
        case .integer(let number): line(":\(number)")
        case .null: line("$-1")
        case .error(let error): line("-\(error.text)")
        case .array(let elements): elements.reduce(into: line("*\(elements.count)")) { $0 += of($1) }
        }
    }

    /// Returns a random reply with arrays nested at most to the given depth.
    static func random(depth: Int, _ random: inout SeededGenerator) -> RedisReply {
        func text() -> String {
            String(
                (0..<Int.random(in: 0...12, using: &random)).map { _ in
                    "aB 0:$*-+é".randomElement(using: &random) ?? "x"
                })
        }
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
        case 0: return .null
        case 1: return .status(text())
        case 2: return .error(RedisServerError(text()))
        case 3: return .integer(.random(in: .min ... .max, using: &random))
        case 4, 5:
            let count = Int.random(in: 0...40, using: &random)
            return .string((0..<count).map { _ in .random(in: 0...255, using: &random) })
        default:
            let count = Int.random(in: 0...4, using: &random)
            return .array((0..<count).map { _ in self.random(depth: depth - 1, &random) })
        }
    }

    private static func line(_ text: String) -> [UInt8] { Array(text.utf8) + [13, 10] }
}
