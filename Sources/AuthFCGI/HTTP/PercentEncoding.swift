internal import EventLoop

/// The percent-encoding of text in headers.
enum PercentEncoding {
    /// Appends `text` as UTF-8 with every byte outside printable ASCII, `%`, and a space at either end encoded. Decoding
    /// returns `text`.
    static func append(_ text: String, to result: inout [UInt8]) {
        append(text.utf8Span.span, to: &result)
    }

    /// Appends UTF-8 text in the same form, with `separator` encoded too.
    static func append(_ bytes: borrowing Span<UInt8>, alsoEncoding separator: UInt8? = nil, to result: inout [UInt8]) {
        let last = bytes.count - 1
        for index in bytes.indices {
            let byte = bytes[index]
            let isKept =
                byte == UInt8(ascii: " ")
                ? index > 0 && index < last
                : byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "%") && byte != separator
            if isKept { result.append(byte) } else { append(byte, to: &result) }
        }
    }

    /// Appends the same to a ``ByteWriter``, which must have room for three bytes for each byte.
    static func append(
        _ bytes: borrowing Span<UInt8>, alsoEncoding separator: UInt8? = nil, to writer: inout ByteWriter
    ) {
        if needsNone(bytes, separator) { return writer.append(bytes) }
        var encoded: [UInt8] = []
        append(bytes, alsoEncoding: separator, to: &encoded)
        writer.append(encoded.span)
    }

    /// Returns true if no byte has to be encoded, the usual case.
    private static func needsNone(_ bytes: borrowing Span<UInt8>, _ separator: UInt8?) -> Bool {
        // A loop without an early exit is vectorized.
        let separator = separator ?? UInt8(ascii: "%")
        var differs: UInt8 = 0
        for index in bytes.indices {
            let byte = bytes[index]
            differs |= byte &- 0x20 > 0x5e ? 1 : 0
            differs |= byte == UInt8(ascii: "%") ? 1 : 0
            differs |= byte == separator ? 1 : 0
        }
        guard differs == 0, bytes.count > 0 else { return differs == 0 }
        return bytes[0] != UInt8(ascii: " ") && bytes[bytes.count - 1] != UInt8(ascii: " ")
    }

    /// Appends the escape of one byte.
    static func append(_ byte: UInt8, to result: inout [UInt8]) {
        let digits = byte.hexDigits
        result.append(UInt8(ascii: "%"))
        result.append(digits.high.asciiUppercased)
        result.append(digits.low.asciiUppercased)
    }
}
