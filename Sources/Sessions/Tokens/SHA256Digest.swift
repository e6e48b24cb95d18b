internal import EventLoop

/// The 32 bytes of a SHA-256 digest.
package struct SHA256Digest: Hashable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// Creates a digest of zeros.
    package init() {}

    /// Creates a digest from its 32 bytes. Returns nil for any other number of bytes.
    package init?(_ bytes: borrowing Span<UInt8>) {
        guard bytes.count == 32 else { return nil }
        unsafe withMutableBytes { own in
            for index in 0..<32 { unsafe own[index] = bytes[index] }
        }
    }

    /// Parses 64 hexadecimal digits. Returns nil for any other text.
    package init?(hex: borrowing Span<UInt8>) {
        guard hex.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for index in 0..<32 {
            guard let high = hex[2 * index].hexDigitValue, let low = hex[2 * index + 1].hexDigitValue else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        self.init(bytes.span)
    }

    /// A part of the digest that distributes entries over a table.
    package var spread: UInt64 { words.0 }

    package static func == (a: SHA256Digest, b: SHA256Digest) -> Bool { a.words == b.words }

    package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

    /// Calls `body` with the bytes, which are borrowed for the call.
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

    /// Overwrites the 64 bytes before `end` with the digest in hexadecimal.
    func writeHex(to bytes: inout [UInt8], endingAt end: Int) {
        precondition(end >= 64 && end <= bytes.count)
        unsafe bytes.withUnsafeMutableBufferPointer { text in
            var place = end - 64
            unsafe withBytes { own in
                for index in 0..<32 {
                    let digits = unsafe own[index].hexDigits
                    unsafe text[place] = digits.high
                    unsafe text[place + 1] = digits.low
                    place += 2
                }
            }
        }
    }

    /// The digest as 64 lower-case hexadecimal digits.
    package var hex: String {
        var digits = [UInt8](repeating: 0, count: 64)
        writeHex(to: &digits, endingAt: 64)
        return String(decoding: digits, as: UTF8.self)
    }
}
