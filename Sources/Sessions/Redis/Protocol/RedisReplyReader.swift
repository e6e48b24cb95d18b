internal import CHiredis
internal import EventLoop
internal import Glibc

/// The parser of replies: hiredis's reader, with limits on its memory.
@EventLoop @safe
final class RedisReplyReader {
    private let reader: UnsafeMutablePointer<redisReader>
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
    private let assembly = RedisReplyAssembly()
    /// The approximate number of bytes of the incomplete reply.
    private var pendingBytes = 0

    /// The maximum length of a reply: the largest slot map of a cluster, with host names.
    private static let maxBytes = 4 << 20

    /// Creates a reader, or nil if memory is exhausted.
    init?() {
        unsafe functions = .allocate(capacity: 1)
        unsafe functions.initialize(to: Self.assembling)
        guard let reader = unsafe redisReaderCreateWithFunctions(functions) else { return nil }
        unsafe self.reader = reader
        unsafe reader.pointee.privdata = Unmanaged.passUnretained(assembly).toOpaque()
    }

    isolated deinit {
        unsafe redisReaderFree(reader)
        unsafe functions.deallocate()
    }

    /// The callbacks that assemble replies in ``RedisReplyAssembly`` instead of hiredis's objects, which would have to
    /// be copied. They return any non-null pointer for success; it is not used.
    private static var assembling: redisReplyObjectFunctions {
        var functions = redisReplyObjectFunctions()
        unsafe functions.createString = { task, bytes, count in
            unsafe RedisReplyReader.assemble(task) { assembly in
                let bytes = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
                switch unsafe task?.pointee.type {
                case REDIS_REPLY_STRING: assembly.add(.string(unsafe Array(bytes)))
                case REDIS_REPLY_STATUS: assembly.add(.status(unsafe String(decoding: bytes, as: UTF8.self)))
                case REDIS_REPLY_ERROR:
                    assembly.add(.error(RedisServerError(unsafe String(decoding: bytes, as: UTF8.self))))
                default: return false
                }
                return true
            }
        }
        unsafe functions.createArray = { task, count in
            // The width of the number depends on the version of hiredis.
            unsafe RedisReplyReader.assemble(task) { $0.begin(elements: Int(count)) }
        }
        unsafe functions.createInteger = { task, number in
            unsafe RedisReplyReader.assemble(task) { assembly in
                assembly.add(.integer(number))
                return true
            }
        }
        unsafe functions.createNil = { task in
            unsafe RedisReplyReader.assemble(task) { assembly in
                assembly.add(.null)
                return true
            }
        }
        unsafe functions.freeObject = { _ in }
        return functions
    }

    @inline(__always)
    private nonisolated static func assemble(
        _ task: UnsafePointer<redisReadTask>?, _ body: (RedisReplyAssembly) -> Bool
    ) -> UnsafeMutableRawPointer? {
        guard let assembly = unsafe task?.pointee.privdata else { return nil }
        let isFine = unsafe Unmanaged<RedisReplyAssembly>.fromOpaque(assembly)._withUnsafeGuaranteedRef(body)
        return isFine ? unsafe assembly : nil
    }

    /// Parses bytes, which are copied, and calls `take` with each complete reply until it returns false.
    /// - Throws: ``RedisError/confusion(_:)`` for invalid bytes or a reply beyond the limits, and the errors of `take`.
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
            guard unsafe object != nil else { break }
            pendingBytes = unsafe reader.pointee.len - reader.pointee.pos
            guard let reply = assembly.take() else { throw .confusion("unknown type of reply") }
            guard try take(reply) else { return }
        }
        guard pendingBytes <= Self.maxBytes else { throw .confusion("reply too long") }
    }

    private var errorText: String {
        if let refusal = assembly.refusal { return refusal }
        return unsafe withUnsafeBytes(of: &reader.pointee.errstr) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
