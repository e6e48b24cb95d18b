internal import COpenSSL

/// The digest algorithms of password hashes, computed by OpenSSL.
enum DigestAlgorithm: Sendable {
    case sha1, sha256, sha384, sha512

    /// The size of a digest in bytes.
    var size: Int {
        switch self {
        case .sha1: 20
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// Returns the digest of a message.
    func digest(of message: [UInt8]) throws(HashingFailure) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: size)
        guard unsafe EVP_Digest(message, message.count, &digest, nil, method, nil) == 1 else {
            throw HashingFailure(reason: "OpenSSL cannot compute a digest")
        }
        return digest
    }

    /// Returns the HMAC of a message (RFC 2104).
    func code(key: [UInt8], _ message: [UInt8]) throws(HashingFailure) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: size)
        guard unsafe HMAC(method, key, Int32(key.count), message, message.count, &code, nil) != nil else {
            throw HashingFailure(reason: "OpenSSL cannot compute an HMAC")
        }
        return code
    }

    /// Derives a key of `length` bytes with PBKDF2 (RFC 8018) and this digest's HMAC.
    func derive(
        _ password: [UInt8], salt: [UInt8], iterations: Int32, length: Int
    ) throws(HashingFailure) -> [UInt8] {
        var key = [UInt8](repeating: 0, count: length)
        let result = unsafe password.withUnsafeBytes { password in
            unsafe PKCS5_PBKDF2_HMAC(
                password.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(password.count),
                salt, Int32(salt.count), iterations, method, Int32(key.count), &key)
        }
        guard result == 1 else { throw HashingFailure(reason: "OpenSSL cannot compute PBKDF2") }
        return key
    }

    /// OpenSSL's static object, never freed.
    private var method: OpaquePointer? {
        switch self {
        case .sha1: unsafe EVP_sha1()
        case .sha256: unsafe EVP_sha256()
        case .sha384: unsafe EVP_sha384()
        case .sha512: unsafe EVP_sha512()
        }
    }
}
