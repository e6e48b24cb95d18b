internal import COpenSSL

/// HMAC-SHA256 (RFC 2104) under one key, with OpenSSL's SHA-256. A class, since copying the two states is slow.
final class MessageAuthenticator: Sendable {
    /// The states of SHA-256 after the key's inner and outer block, with which every code begins.
    private let inner: SHA256_CTX
    private let outer: SHA256_CTX

    /// Precomputes the states of a key.
    /// - Parameter key: The key, at most 64 bytes.
    init(key: [UInt8]) {
        precondition(key.count <= 64)
        func state(_ mask: UInt8) -> SHA256_CTX {
            var block = [UInt8](repeating: mask, count: 64)
            for index in key.indices { block[index] ^= key[index] }
            var state = SHA256_CTX()
            unsafe SHA256_Init(&state)
            unsafe SHA256_Update(&state, block, 64)
            return state
        }
        inner = state(0x36)
        outer = state(0x5c)
    }

    /// Returns the code of a digest followed by other bytes.
    func code(_ first: SHA256Digest, _ second: borrowing Span<UInt8>) -> SHA256Digest {
        var code = SHA256Digest()
        unsafe first.withBytes { first in
            unsafe second.withUnsafeBufferPointer { second in
                unsafe code.withMutableBytes { code in
                    var state = inner
                    unsafe SHA256_Update(&state, first.baseAddress, first.count)
                    unsafe SHA256_Update(&state, second.baseAddress, second.count)
                    unsafe SHA256_Final(code.baseAddress, &state)
                    state = outer
                    unsafe SHA256_Update(&state, code.baseAddress, code.count)
                    unsafe SHA256_Final(code.baseAddress, &state)
                }
            }
        }
        return code
    }
}
