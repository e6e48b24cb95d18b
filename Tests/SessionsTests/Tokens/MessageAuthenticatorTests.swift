import COpenSSL
import Testing

@testable import Sessions

/// The code is HMAC-SHA256 over the digest and the bytes after it.
@Suite struct MessageAuthenticatorTests {
    /// Returns the code of data that is at least as long as a digest.
    private func code(key: [UInt8], data: [UInt8]) throws -> String {
        let digest = SHA256Digest(data.span.extracting(..<32))
        let first = try #require(digest)
        return MessageAuthenticator(key: key).code(first, data.span.extracting(32...)).hex
    }

    /// Returns the code computed with OpenSSL's own HMAC.
    private func hmac(key: [UInt8], data: [UInt8]) throws -> String {
        var code = [UInt8](repeating: 0, count: 32)
        var count = 0
        let result = unsafe EVP_Q_mac(
            nil, "HMAC", nil, "SHA256", nil, key, key.count, data, data.count, &code, code.count, &count)
        try #require(unsafe result != nil && count == 32)
        let digest = SHA256Digest(code.span)
        return try #require(digest).hex
    }

    /// RFC 4231, test cases 3 and 4: the data is longer than a digest, and the key not longer than a block.
    @Test(arguments: [
        (
            [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            [UInt8](1...25), [UInt8](repeating: 0xcd, count: 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        ),
    ]) func `the codes are those of the standard`(_ key: [UInt8], _ data: [UInt8], _ expected: String) throws {
        #expect(try code(key: key, data: data) == expected)
        #expect(try hmac(key: key, data: data) == expected)
    }

    @Test func `keys of every length up to a block, and data of every length, have OpenSSL's code`() throws {
        var random = SeededGenerator(seed: 4231)
        func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in .random(in: 0...255, using: &random) } }
        for keySize in 1...64 {
            let (key, data) = (bytes(keySize), bytes(32 + keySize * 3))
            #expect(try code(key: key, data: data) == hmac(key: key, data: data), "a key of \(keySize)")
        }
        for size in 0..<200 {
            let (key, data) = (bytes(32), bytes(32 + size))
            #expect(try code(key: key, data: data) == hmac(key: key, data: data), "\(size) bytes behind the digest")
        }
    }

    @Test func `repeated use of an authenticator yields the same code`() throws {
        let authenticator = MessageAuthenticator(key: [1, 2, 3])
        let first = SHA256.digest(Array("a".utf8).span)
        let code = authenticator.code(first, Array("b".utf8).span)
        _ = authenticator.code(SHA256Digest(), Array("c".utf8).span)
        #expect(authenticator.code(first, Array("b".utf8).span) == code)
        #expect(MessageAuthenticator(key: [1, 2, 4]).code(first, Array("b".utf8).span) != code)
    }
}
