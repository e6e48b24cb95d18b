import CCrypt
import CHiredis
import Testing

/// The system libraries are present, with the functions that the product needs.
@Suite struct SystemLibrariesTests {
    @Test func `hiredis formats a command and reads a reply`() throws {
        let reader = unsafe try #require(unsafe redisReaderCreate())
        defer { unsafe redisReaderFree(reader) }
        let bytes: [CChar] = "+OK\r\n".utf8CString.dropLast()
        #expect(unsafe redisReaderFeed(reader, bytes, bytes.count) == REDIS_OK)
        var reply: UnsafeMutableRawPointer?
        #expect(unsafe redisReaderGetReply(reader, &reply) == REDIS_OK)
        unsafe freeReplyObject(reply)
    }

    @Test func `libxcrypt verifies a yescrypt hash`() throws {
        var data = crypt_data()
        let setting = "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$"
        let hash = try #require(unsafe crypt_r("test", setting, &data).map { unsafe String(cString: $0) })
        #expect(hash.hasPrefix(setting))
        #expect(unsafe crypt_r("test", hash, &data).map { unsafe String(cString: $0) } == hash)
    }
}
