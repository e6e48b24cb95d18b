/// Percent-encoding of text for headers.
enum PercentEncoding {
    /// Appends `text` as UTF-8 with every byte outside printable ASCII, `%` itself, a space at either end, and
    /// `separator` encoded. Decoding gives `text` back.
    static func append(_ text: String, alsoEncoding separator: UInt8? = nil, to result: inout [UInt8]) {
        var text = text
        text.withUTF8 { bytes in
            let bytes = unsafe bytes.span
            let last = bytes.count - 1
            func isKept(_ index: Int) -> Bool {
                let byte = bytes[index]
                if byte == UInt8(ascii: " ") { return index > 0 && index < last }
                return byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "%") && byte != separator
            }
            for index in bytes.indices {
                if isKept(index) { result.append(bytes[index]) } else { append(bytes[index], to: &result) }
            }
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
