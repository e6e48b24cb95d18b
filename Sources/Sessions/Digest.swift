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

    mutating func withMutableBytes<T>(_ body: (UnsafeMutableBufferPointer<UInt8>) -> T) -> T {
        unsafe withUnsafeMutableBytes(of: &words) { bytes in
            unsafe body(bytes.bindMemory(to: UInt8.self))
        }
    }

    /// The bytes as an array.
    package var bytes: [UInt8] { unsafe withBytes { bytes in unsafe Array(bytes) } }
}
