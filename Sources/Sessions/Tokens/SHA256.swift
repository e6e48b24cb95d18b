internal import COpenSSL

/// SHA-256, computed by OpenSSL.
package enum SHA256 {
    /// Returns the digest of a sequence of bytes.
    package static func digest(_ bytes: borrowing Span<UInt8>) -> SHA256Digest {
        let nothing: InlineArray<0, UInt8> = []
        return digest(bytes, nothing.span)
    }

    /// Returns the digest of the concatenation of two sequences of bytes.
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
