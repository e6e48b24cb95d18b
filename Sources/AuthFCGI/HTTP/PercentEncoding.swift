internal import EventLoop

/// Percent-encoding of text for headers.
enum PercentEncoding {
    /// Appends `text` as UTF-8 with every byte outside printable ASCII, `%` itself, a space at either end, and
    /// `separator` encoded. Decoding gives `text` back.
    static func append(_ text: String, alsoEncoding separator: UInt8? = nil, to result: inout [UInt8]) {
        append(text.utf8Span.span, alsoEncoding: separator, to: &result)
    }

    /// The same of text that is UTF-8 already.
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

    /// The same into a ``ByteWriter``, which needs room for three bytes for each.
    static func append(
        _ bytes: borrowing Span<UInt8>, alsoEncoding separator: UInt8? = nil, to writer: inout ByteWriter
    ) {
        if needsNone(bytes, separator) { return writer.append(bytes) }
        var encoded: [UInt8] = []
        append(bytes, alsoEncoding: separator, to: &encoded)
        writer.append(encoded.span)
    }

    /// Whether there is nothing to encode, as nearly always.
    private static func needsNone(_ bytes: borrowing Span<UInt8>, _ separator: UInt8?) -> Bool {
        // Without an exit from the loop it looks at many bytes at once.
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

    /// Appends one byte encoded.
    static func append(_ byte: UInt8, to result: inout [UInt8]) {
        let digits = byte.hexDigits
        result.append(UInt8(ascii: "%"))
        result.append(digits.high.asciiUppercased)
        result.append(digits.low.asciiUppercased)
    }
}
