internal import CHiredis
internal import EventLoop
internal import Glibc

/// Makes replies of the bytes that a Redis server sends: hiredis's reader, with bounds on what it may be made to keep.
@EventLoop @safe
final class RedisReplyReader {
    private let reader: UnsafeMutablePointer<redisReader>
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
    private let assembly = RedisReplyAssembly()
    /// Bytes of the reply that is not whole yet, about.
    private var pendingBytes = 0

    /// The longest reply: the greatest map of a cluster with the names of its servers.
    private static let maxBytes = 4 << 20

    /// nil when there is no memory for it.
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

    /// Has replies put together by ``RedisReplyAssembly`` rather than by hiredis, whose objects would have to be copied.
    /// They return something that is not null for "it went well", and nobody looks at it.
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
            // How wide the number is depends on hiredis's version.
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
            guard unsafe object != nil else { break }
            pendingBytes = unsafe reader.pointee.len - reader.pointee.pos
            guard let reply = assembly.take() else { throw .confusion("a reply of an unknown kind") }
            guard try take(reply) else { return }
        }
        guard pendingBytes <= Self.maxBytes else { throw .confusion("a reply longer than any that was asked for") }
    }

    private var errorText: String {
        if let refusal = assembly.refusal { return refusal }
        return unsafe withUnsafeBytes(of: &reader.pointee.errstr) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
