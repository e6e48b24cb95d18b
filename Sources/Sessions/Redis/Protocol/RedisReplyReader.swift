internal import CHiredis
internal import EventLoop
internal import Glibc

/// Makes replies of the bytes that a Redis server sends: hiredis's reader, with bounds on what it may be made to keep.
@EventLoop @safe
final class RedisReplyReader {
    private let reader: UnsafeMutablePointer<redisReader>
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
    /// Of all arrays of the reply that is not whole yet.
    private let elements: UnsafeMutablePointer<Int>
    /// Bytes of the reply that is not whole yet, about.
    private var pendingBytes = 0

    /// The greatest array that anybody asks for is the map of a cluster: a line for each of its 16,384 slots at worst.
    private nonisolated static let mostElements = 16_384
    /// All arrays within each other have no more elements together than such a map, whose every line has a primary and
    /// a replica: a few bytes would take a hundred otherwise.
    private nonisolated static let mostElementsTogether = 16 * 16_384
    /// The longest reply: such a map with the names of its servers.
    private static let mostBytes = 4 << 20

    /// nil when there is no memory for it.
    init?() {
        guard let reader = unsafe redisReaderCreate() else { return nil }
        unsafe self.reader = reader
        // The reader's own functions, but for the one that would take memory on the server's word alone.
        unsafe functions = .allocate(capacity: 1)
        unsafe functions.initialize(to: reader.pointee.fn.pointee)
        unsafe Self.ownFunctions = reader.pointee.fn.pointee
        unsafe functions.pointee.createArray = { task, elements in
            // How wide the number is depends on hiredis's version.
            guard Int(elements) <= RedisReplyReader.mostElements, let task = unsafe task,
                let together = unsafe task.pointee.privdata?.assumingMemoryBound(to: Int.self)
            else { return nil }
            unsafe together.pointee += Int(elements)
            guard unsafe together.pointee <= RedisReplyReader.mostElementsTogether else { return nil }
            return unsafe RedisReplyReader.ownFunctions.createArray?(task, elements)
        }
        unsafe reader.pointee.fn = functions
        // What the functions get to see of the reader.
        unsafe elements = .allocate(capacity: 1)
        unsafe elements.initialize(to: 0)
        unsafe reader.pointee.privdata = UnsafeMutableRawPointer(elements)
    }

    // Set to the same by every reader; the loop's thread is the only one.
    private nonisolated(unsafe) static var ownFunctions = redisReplyObjectFunctions()

    isolated deinit {
        // Frees what was read of an unfinished reply too, with the functions.
        unsafe redisReaderFree(reader)
        unsafe functions.deallocate()
        unsafe elements.deallocate()
    }

    /// Takes in bytes, which are copied, and calls `take` with each reply that is whole by now. `take` says whether more
    /// of them are wanted.
    func read(
        _ bytes: UnsafeRawBufferPointer, _ take: (RedisReply) throws(RedisError) -> Bool
    ) throws(RedisError) {
        guard
            unsafe redisReaderFeed(reader, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
                == REDIS_OK
        else { throw .confusion(errorText) }
        pendingBytes += bytes.count
        while true {
            var object: UnsafeMutableRawPointer? = nil
            guard unsafe redisReaderGetReply(reader, &object) == REDIS_OK else { throw .confusion(errorText) }
            guard let object = unsafe object else { break }
            // Ours from here on; what is kept of it is copied.
            defer { unsafe freeReplyObject(object) }
            pendingBytes = unsafe reader.pointee.len - reader.pointee.pos
            unsafe elements.pointee = 0
            let reply = unsafe Self.reply(object.assumingMemoryBound(to: redisReply.self).pointee)
            guard let reply else { throw .confusion("a reply of an unknown kind") }
            guard try take(reply) else { return }
        }
        guard pendingBytes <= Self.mostBytes else { throw .confusion("a reply longer than any that was asked for") }
    }

    private static func reply(_ object: redisReply) -> RedisReply? {
        switch unsafe object.type {
        case REDIS_REPLY_STRING: .string(unsafe bytes(object))
        case REDIS_REPLY_STATUS: .status(String(decoding: unsafe bytes(object), as: UTF8.self))
        case REDIS_REPLY_ERROR: .error(RedisServerError(String(decoding: unsafe bytes(object), as: UTF8.self)))
        case REDIS_REPLY_INTEGER: .integer(unsafe object.integer)
        case REDIS_REPLY_NIL: .null
        case REDIS_REPLY_ARRAY: unsafe array(object).map { .array($0) }
        default: nil
        }
    }

    private static func array(_ object: redisReply) -> [RedisReply]? {
        var elements: [RedisReply] = []
        for index in 0..<(unsafe object.elements) {
            guard let element = unsafe object.element[index], let reply = unsafe reply(element.pointee) else {
                return nil
            }
            elements.append(reply)
        }
        return elements
    }

    private static func bytes(_ object: redisReply) -> [UInt8] {
        unsafe Array(UnsafeRawBufferPointer(start: object.str, count: object.len))
    }

    private var errorText: String {
        unsafe withUnsafeBytes(of: &reader.pointee.errstr) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
