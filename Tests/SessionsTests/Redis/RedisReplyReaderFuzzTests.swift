import EventLoop
import FoundationEssentials
import Glibc
import Testing

@testable import Sessions

/// Any bytes are parsed as replies, an error, or the beginning of either, with little memory.
@Suite(.serialized) @EventLoop struct RedisReplyReaderFuzzTests {
    /// Returns the resident memory of this process in bytes.
    private static func residentBytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        let fields = text.split(separator: " ")
        return try #require(fields.count > 1 ? Int(fields[1]) : nil) * sysconf(Int32(_SC_PAGESIZE))
    }

    private static func bytes(_ text: String, times count: Int = 1) -> [UInt8] {
        let bytes = Array(text.utf8)
        return (0..<count).flatMap { _ in bytes }
    }

    /// Bytes that are refused at once.
    private static let refused: [(String, [UInt8])] = [
        ("an array of 2,147,483,647", bytes("*2147483647\r\n")), ("an array of 16,385", bytes("*16385\r\n")),
        ("an array of 2^63", bytes("*9223372036854775808\r\n")), ("an array of -2", bytes("*-2\r\n")),
        ("a string of -2", bytes("$-2\r\n")), ("a string of 2^64", bytes("$18446744073709551616\r\n")),
        ("a number of 20 digits", bytes(":99999999999999999999\r\n")), ("no number", bytes(":\r\n")),
        ("half a number", bytes(":1a\r\n")), ("a length in letters", bytes("$abc\r\n")),
        ("a count in letters", bytes("*a\r\n")), ("arrays 260,000 deep", bytes("*1\r\n", times: 260_000)),
        ("arrays of 16,384, eight deep", bytes("*16384\r\n", times: 9)), ("an empty line", bytes("\r\n")),
        ("NUL", [0]), ("HTTP", bytes("HTTP/1.1 400 Bad Request\r\n\r\n")), ("TLS", [21, 3, 1, 0, 2, 2, 40]),
        ("a question", bytes("?\r\n")), ("an array with nonsense in it", bytes("*2\r\n:1\r\nx\r\n")),
    ]

    /// Replies without an end.
    private static let endless: [(String, head: [UInt8], rest: [UInt8])] = [
        ("a string of 2^31", bytes("$2147483647\r\n"), bytes("x", times: 65_536)),
        ("a string of 2^63", bytes("$9223372036854775807\r\n"), bytes("x", times: 65_536)),
        ("a status without an end", bytes("+"), bytes("x", times: 65_536)),
        ("an error without an end", bytes("-"), bytes("\r", times: 65_536)),
        ("a length without an end", bytes("$"), bytes("1", times: 65_536)),
        ("a count without an end", bytes("*"), bytes("0", times: 65_536)),
        ("arrays of empty statuses", bytes("*16384\r\n"), bytes("*8192\r\n") + bytes("+\r\n", times: 8192)),
        ("arrays of empty arrays", bytes("*16384\r\n"), bytes("*8192\r\n") + bytes("*0\r\n", times: 8192)),
        ("arrays of nothing", bytes("*16384\r\n"), bytes("*8192\r\n") + bytes("$-1\r\n", times: 8192)),
    ]

    @Test func `invalid bytes are refused at once, in pieces of any size`() throws {
        for (name, bytes) in Self.refused {
            for pieces in [1, 3, 65_536] {
                var reader = try FedReader()
                #expect(throws: RedisError.self, "\(name)") { try reader.feed(bytes, pieces: pieces) }
                #expect(reader.replies.isEmpty, "\(name)")
            }
        }
    }

    @Test func `an endless reply is refused after some megabytes, without using much more memory`() throws {
        let before = try Self.residentBytes()
        for (name, head, rest) in Self.endless {
            var reader = try FedReader()
            var fed = 0
            var isRefused = false
            do throws(RedisError) {
                try reader.feed(head)
                while fed < 16 << 20 {
                    try reader.feed(rest)
                    fed += rest.count
                }
            } catch {
                isRefused = true
            }
            #expect(isRefused && fed <= 5 << 20, "\(name): \(fed) bytes")
            #expect(reader.replies.isEmpty)
            let grown = try Self.residentBytes() - before
            #expect(grown < 50 << 20, "\(name): \(grown >> 20) MB")
        }
    }

    @Test func `noise and mutated replies in random pieces are harmless`() throws {
        var random = SeededGenerator(seed: 2_147_483_647)
        let before = try Self.residentBytes()
        var most = 0
        var (feeds, errors, replies, cases) = (0, 0, 0, 0)
        while feeds < 210_000 {
            cases += 1
            var reader = try FedReader()
            let bytes = Self.stream(&random)
            do throws(RedisError) {
                var start = 0
                while start < bytes.count {
                    let end = min(bytes.count, start + Int.random(in: 1...(cases % 2 == 0 ? 4 : 40), using: &random))
                    try reader.feed(Array(bytes[start..<end]))
                    start = end
                }
            } catch {
                errors += 1
                if case .confusion = error {} else { Issue.record("\(error)") }
            }
            feeds += reader.feeds
            replies += reader.replies.count
            if cases % 1000 == 0 { most = max(most, try Self.residentBytes() - before) }
        }
        #expect(most < 50 << 20, "\(most >> 20) MB")
        // A sensible fuzz test has both errors and replies.
        #expect(errors > cases / 4 && replies > cases, "\(errors) errors, \(replies) replies, \(cases) cases")
    }

    @Test func `valid replies all arrive, in pieces of any size`() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<2000 {
            let all = (0..<Int.random(in: 1...6, using: &random)).map { _ in RedisReplyBytes.random(depth: 6, &random) }
            let bytes = all.flatMap { RedisReplyBytes.of($0) }
            var reader = try FedReader()
            try reader.feed(bytes, pieces: Int.random(in: 1...50, using: &random))
            if reader.replies != all { Issue.record("\(all) became \(reader.replies)") }
        }
    }

    /// Returns bytes as of a faulty server.
    private static func stream(_ random: inout SeededGenerator) -> [UInt8] {
        let letters = Array("*$:+-\r\n0123456789 \0x".utf8)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return (0..<Int.random(in: 1...60, using: &random)).map { _ in .random(in: 0...255, using: &random) }
        case 1:
            let count = Int.random(in: 1...80, using: &random)
            return [letters[Int.random(in: 0..<5, using: &random)]]
                + (0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] }
        case 2:
            let before = RedisReplyBytes.of(RedisReplyBytes.random(depth: 3, &random))
            return before + refused[Int.random(in: 0..<refused.count, using: &random)].1.prefix(200)
        default: break
        }
        var bytes = (0..<Int.random(in: 1...5, using: &random))
            .flatMap { _ in RedisReplyBytes.of(RedisReplyBytes.random(depth: 6, &random)) }
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[place] = .random(in: 0...255, using: &random)
            case 1: bytes[place] = letters[Int.random(in: 0..<letters.count, using: &random)]
            case 2: bytes.insert(letters[Int.random(in: 0..<letters.count, using: &random)], at: place)
            case 3: if bytes.count > 1 { bytes.remove(at: place) }
            default: bytes = Array(bytes[place...] + bytes[..<place])
            }
        }
        return bytes
    }
}
