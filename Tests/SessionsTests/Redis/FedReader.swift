import EventLoop
import Testing

@testable import Sessions

/// A reader and the replies that it has parsed.
@EventLoop
struct FedReader {
    private let reader: RedisReplyReader
    private(set) var replies: [RedisReply] = []
    private(set) var feeds = 0

    init() throws {
        reader = try #require(RedisReplyReader())
    }

    mutating func feed(_ bytes: [UInt8]) throws(RedisError) {
        feeds += 1
        var taken: [RedisReply] = []
        defer { replies += taken }
        try unsafe bytes.span.withUnsafeBytes { bytes throws(RedisError) in
            try unsafe reader.read(bytes) { reply throws(RedisError) in
                taken.append(reply)
                return true
            }
        }
    }

    /// Feeds bytes to the reader.
    /// - Parameter pieces: The number of bytes per piece.
    mutating func feed(_ bytes: [UInt8], pieces: Int) throws(RedisError) {
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            try feed(Array(bytes[start..<min(start + pieces, bytes.count)]))
        }
    }
}
