/// Percent-encoding of text for headers.
enum PercentEncoding {
    /// Appends `text` as UTF-8 with every byte outside printable ASCII, `%` itself, a space at either end, and
    /// `separator` encoded. Decoding gives `text` back.
    static func append(_ text: String, alsoEncoding separator: UInt8? = nil, to result: inout [UInt8]) {
        append(text.utf8Span.span, alsoEncoding: separator, to: &result)
    }

    /// The same of text that is UTF-8 already.
    static func append(_ bytes: borrowing Span<UInt8>, alsoEncoding separator: UInt8? = nil, to result: inout [UInt8]) {
        // Nearly always there is nothing to encode, which a loop without exits finds out fastest.
        var differs = bytes.isEmpty
        for index in bytes.indices {
            let byte = bytes[index]
            differs = differs || byte <= 0x20 || byte >= 0x7f || byte == UInt8(ascii: "%") || byte == separator
        }
        if !differs { return unsafe bytes.withUnsafeBufferPointer { unsafe result.append(contentsOf: $0) } }
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

    /// Appends one byte encoded.
    static func append(_ byte: UInt8, to result: inout [UInt8]) {
        func digit(_ value: UInt8) -> UInt8 { value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "A") - 10) }
        result.append(UInt8(ascii: "%"))
        result.append(digit(byte >> 4))
        result.append(digit(byte & 15))
    }
}
