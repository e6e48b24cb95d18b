internal import EventLoop

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

    /// Appends `text` as a JSON string with its quotes.
    mutating func append(jsonString text: String) {
        append("\"")
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\\"): append("\\\\")
            case UInt8(ascii: "\n"): append("\\n")
            case ..<0x20, 0x7f:
                append("\\u00")
                append(byte.hexDigits.high)
                append(byte.hexDigits.low)
            default: append(byte)
            }
        }
        append("\"")
    }
}
