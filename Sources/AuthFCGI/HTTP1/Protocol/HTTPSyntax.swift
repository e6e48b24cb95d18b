/// The characters of HTTP, as bytes.
enum HTTPSyntax {
    static let space = UInt8(ascii: " ")
    static let tab = UInt8(ascii: "\t")
    static let carriageReturn = UInt8(ascii: "\r")
    static let lineFeed = UInt8(ascii: "\n")

    /// A set of ASCII characters: a bit for each.
    struct Characters {
        let low: UInt64
        let high: UInt64

        @inline(__always)
        func contains(_ byte: UInt8) -> Bool {
            let bit = UInt64(1) << UInt64(byte & 63)
            return byte < 64 ? low & bit != 0 : byte < 128 && high & bit != 0
        }
    }

    /// tchar (RFC 9110, section 5.6.2): letters, digits and ``!#$%&'*+-.^_`|~``.
    static var token: Characters { Characters(low: 0x03ff_6cfa_0000_0000, high: 0x57ff_ffff_c7ff_fffe) }

    /// What the name of a host consists of (RFC 3986, section 3.2.2): unreserved characters, sub-delims, and `%`.
    static var hostName: Characters { Characters(low: 0x2bff_7ff2_0000_0000, high: 0x47ff_fffe_87ff_fffe) }

    /// Returns true if all bytes are in the set, and there is one.
    @inline(__always)
    static func consists(_ bytes: borrowing Span<UInt8>, of characters: Characters) -> Bool {
        for index in bytes.indices where !characters.contains(bytes[index]) { return false }
        return !bytes.isEmpty
    }

    /// Returns true for a value of visible characters, spaces, tabs and bytes above ASCII (RFC 9110, section 5.5).
    @inline(__always)
    static func isFieldValue(_ bytes: borrowing Span<UInt8>) -> Bool {
        // A loop without an early exit is vectorized.
        var differs: UInt8 = 0
        for index in bytes.indices {
            let byte = bytes[index]
            differs |= (byte < 0x20 && byte != tab) || byte == 0x7f ? 1 : 0
        }
        return differs == 0
    }

    /// Returns true for a target of visible ASCII without a fragment.
    @inline(__always)
    static func isTarget(_ bytes: borrowing Span<UInt8>) -> Bool {
        var differs: UInt8 = 0
        for index in bytes.indices {
            let byte = bytes[index]
            differs |= byte &- 0x21 > 0x5d || byte == UInt8(ascii: "#") ? 1 : 0
        }
        return differs == 0 && !bytes.isEmpty
    }

    /// Returns `range` without the spaces and tabs at its ends.
    @inline(__always)
    static func trimmed(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isSpace(bytes[start]) { start += 1 }
        while end > start, isSpace(bytes[end - 1]) { end -= 1 }
        return start..<end
    }

    @inline(__always)
    static func isSpace(_ byte: UInt8) -> Bool { byte == space || byte == tab }
}
