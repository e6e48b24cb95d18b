internal import COpenSSL

/// SHA-256 by OpenSSL.
enum SHA256 {
    /// The digest of some bytes.
    static func digest(_ bytes: borrowing Span<UInt8>) -> Digest {
        var context = Context()
        context.update(bytes)
        return context.finish()
    }

    /// The digest of two runs of bytes, one behind the other.
    static func digest(_ first: borrowing Span<UInt8>, _ second: borrowing Span<UInt8>) -> Digest {
        var context = Context()
        context.update(first)
        context.update(second)
        return context.finish()
    }

    /// Fetched once: asking OpenSSL 3 for an algorithm by name takes longer than the digest itself. It is never freed,
    /// and OpenSSL lets any thread use it.
    private static let algorithm = Algorithm()

    @safe private final class Algorithm: @unchecked Sendable {
        // Unchecked because EVP_MD is constant and counted atomically by OpenSSL.
        let method: OpaquePointer

        init() {
            guard let method = unsafe EVP_MD_fetch(nil, "SHA256", nil) else {
                preconditionFailure("OpenSSL has no SHA-256: its configuration disables the default provider")
            }
            unsafe self.method = method
        }
    }

    /// One digest in the making.
    @safe private struct Context: ~Copyable {
        private let context: OpaquePointer?

        init() {
            // NULL only without memory; the calls below then fail, which `finish` reports.
            unsafe context = EVP_MD_CTX_new()
            unsafe EVP_DigestInit_ex(context, algorithm.method, nil)
        }

        deinit { unsafe EVP_MD_CTX_free(context) }

        mutating func update(_ bytes: borrowing Span<UInt8>) {
            unsafe bytes.withUnsafeBufferPointer { bytes in
                _ = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
            }
        }

        mutating func finish() -> Digest {
            var digest = Digest()
            let result = unsafe digest.withMutableBytes { bytes in
                unsafe EVP_DigestFinal_ex(context, bytes.baseAddress, nil)
            }
            precondition(result == 1, "OpenSSL could not compute a digest")
            return digest
        }
    }
}

/// The 32 bytes of a SHA-256 digest.
package struct Digest: Hashable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    package init() {}

    /// Takes over 32 bytes; nil when there are more or fewer.
    package init?(_ bytes: borrowing Span<UInt8>) {
        guard bytes.count == 32 else { return nil }
        unsafe withMutableBytes { own in
            for index in 0..<32 { unsafe own[index] = bytes[index] }
        }
    }

    package static func == (a: Digest, b: Digest) -> Bool { a.words == b.words }

    package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

    /// Reads the bytes in place.
    package func withBytes<T>(_ body: (UnsafeRawBufferPointer) -> T) -> T {
        unsafe withUnsafeBytes(of: words) { unsafe body($0) }
    }

    fileprivate mutating func withMutableBytes<T>(_ body: (UnsafeMutableBufferPointer<UInt8>) -> T) -> T {
        unsafe withUnsafeMutableBytes(of: &words) { bytes in
            unsafe body(bytes.bindMemory(to: UInt8.self))
        }
    }

    /// The bytes as an array.
    package var bytes: [UInt8] { unsafe withBytes { bytes in unsafe Array(bytes) } }
}
