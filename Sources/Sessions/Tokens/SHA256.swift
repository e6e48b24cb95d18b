internal import COpenSSL

/// SHA-256 by OpenSSL.
enum SHA256 {
    /// The digest of some bytes.
    static func digest(_ bytes: borrowing Span<UInt8>) -> SHA256Digest {
        let nothing: InlineArray<0, UInt8> = []
        return digest(bytes, nothing.span)
    }

    /// The digest of two runs of bytes, one behind the other.
    static func digest(_ first: borrowing Span<UInt8>, _ second: borrowing Span<UInt8>) -> SHA256Digest {
        var digest = SHA256Digest()
        unsafe first.withUnsafeBufferPointer { first in
            unsafe second.withUnsafeBufferPointer { second in
                unsafe digest.withMutableBytes { bytes in
                    unsafe authfcgi_sha256(
                        first.baseAddress, first.count, second.baseAddress, second.count, bytes.baseAddress)
                }
            }
        }
        return digest
    }
}
