import EventLoop
import Testing

@testable import Sessions

/// Bytes are parsed into replies, in pieces of any size.
@Suite @EventLoop struct RedisReplyReaderTests {
    private func makeReader() throws -> RedisReplyReader { try #require(RedisReplyReader()) }

    private func replies(_ text: String) throws -> [RedisReply] {
        var reader = try FedReader()
        try reader.feed(Array(text.utf8))
        return reader.replies
    }

    @Test func `every type of reply is parsed`() throws {
        let cases: [(String, RedisReply)] = [
            ("+OK\r\n", .status("OK")), ("+\r\n", .status("")), ("+größe\r\n", .status("größe")),
            ("-ERR a b\r\n", .error(RedisServerError("ERR a b"))), ("-\r\n", .error(RedisServerError(""))),
            (":0\r\n", .integer(0)), (":-1\r\n", .integer(-1)), (":9223372036854775807\r\n", .integer(.max)),
            (":-9223372036854775808\r\n", .integer(.min)),
            ("$-1\r\n", .null), ("$0\r\n\r\n", .string([])), ("$4\r\na\r\nb\r\n", .string([97, 13, 10, 98])),
            ("*-1\r\n", .null), ("*0\r\n", .array([])), ("*1\r\n$-1\r\n", .array([.null])),
            ("*2\r\n*0\r\n*2\r\n:1\r\n+x\r\n", .array([.array([]), .array([.integer(1), .status("x")])])),
            ("*1\r\n-ERR\r\n", .array([.error(RedisServerError("ERR"))])),
        ]
        for (text, reply) in cases { #expect(try replies(text) == [reply], "\(text)") }
    }

    @Test func `a string's bytes are unchanged`() throws {
        let bytes = [UInt8](0...255) + [0, 13, 10, 36]
        var reader = try FedReader()
        try reader.feed(RedisReplyBytes.of(.string(bytes)))
        #expect(reader.replies == [.string(bytes)])
        // A status or an error that is not UTF-8 is parsed too.
        try reader.feed([43, 255, 13, 10, 45, 254, 13, 10])
        #expect(reader.replies.dropFirst() == [.status("\u{fffd}"), .error(RedisServerError("\u{fffd}"))])
    }

    @Test func `nested arrays are parsed up to a depth of seven`() throws {
        func nested(_ depth: Int) -> RedisReply { depth == 0 ? .integer(7) : .array([.null, nested(depth - 1)]) }
        for depth in 1...7 {
            var reader = try FedReader()
            try reader.feed(RedisReplyBytes.of(nested(depth)))
            #expect(reader.replies == [nested(depth)], "\(depth)")
        }
        // The limit is the reader's own: one version of hiredis has a higher one, and another has none.
        for depth in [8, 9, 1000, 260_000] {
            var reader = try FedReader()
            let bytes = (0..<depth).flatMap { _ in Array("*1\r\n".utf8) }
            #expect(throws: RedisError.confusion("arrays nested more than 7 deep"), "\(depth)") {
                try reader.feed(bytes)
            }
            #expect(reader.replies.isEmpty)
        }
    }

    @Test func `replies that are split anywhere are parsed`() throws {
        let all: [RedisReply] = [
            .status("OK"), .string(Array("a\r\nb".utf8)), .null, .string([]), .integer(-42),
            .error(RedisServerError("WRONGTYPE x")), .array([]),
            .array([.string([0, 255]), .array([.null, .integer(1), .array([.status("")])]), .string([])]), .integer(0),
        ]
        let bytes = all.flatMap { RedisReplyBytes.of($0) }
        for cut in 0...bytes.count {
            var reader = try FedReader()
            try reader.feed(Array(bytes[..<cut]))
            try reader.feed(Array(bytes[cut...]))
            #expect(reader.replies == all, "cut at \(cut)")
        }
        for size in 1...7 {
            var reader = try FedReader()
            for start in stride(from: 0, to: bytes.count, by: size) {
                try reader.feed(Array(bytes[start..<min(start + size, bytes.count)]))
            }
            #expect(reader.replies == all, "in pieces of \(size)")
        }
    }

    @Test func `several replies of one read arrive in order, as long as they are wanted`() throws {
        let reader = try makeReader()
        var taken: [RedisReply] = []
        let bytes = Array(":1\r\n:2\r\n:3\r\n:4".utf8)
        try unsafe bytes.span.withUnsafeBytes { bytes throws(RedisError) in
            try unsafe reader.read(bytes) { reply throws(RedisError) in
                taken.append(reply)
                return true
            }
        }
        #expect(taken == [.integer(1), .integer(2), .integer(3)])
        try unsafe Array("2\r\n:5\r\n".utf8).span.withUnsafeBytes { bytes throws(RedisError) in
            try unsafe reader.read(bytes) { reply throws(RedisError) in
                taken.append(reply)
                return false
            }
        }
        #expect(taken.dropFirst(3) == [.integer(42)])
    }

    @Test func `an error of the handler ends the parsing`() throws {
        let reader = try makeReader()
        var count = 0
        #expect(throws: RedisError.deadline) {
            try unsafe Array(":1\r\n:2\r\n".utf8).span.withUnsafeBytes { bytes throws(RedisError) in
                try unsafe reader.read(bytes) { _ throws(RedisError) in
                    count += 1
                    throw .deadline
                }
            }
        }
        #expect(count == 1)
    }

    @Test func `long replies are parsed one after the other, and too long ones are refused`() throws {
        var reader = try FedReader()
        let long = [UInt8](repeating: 120, count: 1_000_000)
        for _ in 0..<12 { try reader.feed(RedisReplyBytes.of(.string(long)), pieces: 65_536) }
        #expect(reader.replies.count == 12 && reader.replies.allSatisfy { $0 == .string(long) })
        let longer = RedisReplyBytes.of(.string([UInt8](repeating: 120, count: 5_000_000)))
        #expect(throws: RedisError.self) { try reader.feed(longer, pieces: 65_536) }
    }

    @Test func `a slot map with a range for every slot is parsed`() throws {
        let identifier = RedisReply.string([UInt8](repeating: 97, count: 40))
        let node = RedisReply.array([.string(Array("10.0.0.10".utf8)), .integer(6379), identifier, .array([])])
        let map = RedisReply.array((0..<16_384).map { .array([.integer($0), .integer($0), node, node]) })
        var reader = try FedReader()
        try reader.feed(RedisReplyBytes.of(map), pieces: 65_536)
        #expect(reader.replies == [map])
    }
}
