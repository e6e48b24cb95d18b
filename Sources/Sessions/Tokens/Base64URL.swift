/// Base64 with the URL-safe alphabet and without padding (RFC 4648, section 5). Decoding accepts only the canonical
/// form.
enum Base64URL {
    static func encode(_ bytes: borrowing Span<UInt8>) -> [UInt8] { Base64.encode(bytes, Base64.urlAlphabet) }

    /// Decodes exactly 40 bytes in place.
    /// - Returns: False for any other text, whose partial result is left in `bytes`.
    static func decode(_ text: borrowing Span<UInt8>, into bytes: inout InlineArray<40, UInt8>) -> Bool {
        guard text.count == 54 else { return false }
        // On the path of every check: decodes four characters at a time and validates all of them at the end.
        let values = Base64.urlTable
        var seen: UInt8 = 0
        var (start, place) = (0, 0)
        while place < 39 {
            let a = values[Int(text[start])]
            let b = values[Int(text[start + 1])]
            let c = values[Int(text[start + 2])]
            let d = values[Int(text[start + 3])]
            seen |= a | b | c | d
            bytes[place] = a << 2 | b >> 4
            bytes[place + 1] = b << 4 | c >> 2
            bytes[place + 2] = c << 6 | d
            (start, place) = (start + 4, place + 3)
        }
        let (a, b) = (values[Int(text[52])], values[Int(text[53])])
        seen |= a | b
        bytes[39] = a << 2 | b >> 4
        // Characters outside the alphabet have the value 255. The last four bits belong to no byte and must be zero.
        return seen < 64 && b & 15 == 0
    }
}

/// Unpadded base64 over a given alphabet; the standard one is that of the PHC string format.
enum Base64 {
    static let urlAlphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    static let standardAlphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    static let urlValues = values(of: urlAlphabet)
    static let urlTable = InlineArray<256, UInt8> { urlValues[$0] }
    static let standardValues = values(of: standardAlphabet)

    static func encode(_ bytes: borrowing Span<UInt8>, _ alphabet: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count * 4 + 2) / 3)
        var buffer: UInt32 = 0
        var bits = 0
        for index in bytes.indices {
            buffer = buffer << 8 | UInt32(bytes[index])
            bits += 8
            while bits >= 6 {
                bits -= 6
                result.append(alphabet[Int(buffer >> bits & 63)])
            }
        }
        if bits > 0 { result.append(alphabet[Int(buffer << (6 - bits) & 63)]) }
        return result
    }

    /// Returns the decoded bytes, or nil for a character outside the alphabet, an impossible length, or a non-zero
    /// unused bit.
    static func decode(_ text: borrowing Span<UInt8>, _ values: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.count * 3 / 4)
        return decode(text, values) { result.append($0) } ? result : nil
    }

    /// Decodes byte by byte.
    /// - Returns: False as soon as the text is not canonical.
    @inline(__always)
    static func decode(_ text: borrowing Span<UInt8>, _ values: [UInt8], _ take: (UInt8) -> Void) -> Bool {
        guard text.count % 4 != 1 else { return false }
        var buffer: UInt32 = 0
        var bits = 0
        for index in text.indices {
            let value = values[Int(text[index])]
            guard value < 64 else { return false }
            buffer = buffer << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                take(UInt8(truncatingIfNeeded: buffer >> bits))
            }
        }
        return buffer & (1 << bits - 1) == 0
    }

    private static func values(of alphabet: [UInt8]) -> [UInt8] {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }
}
