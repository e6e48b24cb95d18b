extension [UInt8] {
    /// Appends the bytes of a literal.
    @inline(__always)
    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { bytes in unsafe append(contentsOf: bytes) }
    }

    /// Appends a copy of bytes.
    @inline(__always)
    mutating func append(bytes: borrowing Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { bytes in unsafe append(contentsOf: bytes) }
    }
}
