/// Bytes as ASCII characters (RFC 20).
extension UInt8 {
    /// A Boolean value that indicates whether the byte is a decimal digit.
    @inlinable
    package var isASCIIDigit: Bool { self &- 0x30 < 10 }

    /// A Boolean value that indicates whether the byte is a letter, in either case.
    @inlinable
    package var isASCIILetter: Bool { (self | 0x20) &- 0x61 < 26 }

    /// A Boolean value that indicates whether the byte is a letter or a decimal digit.
    @inlinable
    package var isASCIIAlphanumeric: Bool { isASCIILetter || isASCIIDigit }

    /// A Boolean value that indicates whether the byte is a visible character: no space, no control character.
    @inlinable
    package var isASCIIVisible: Bool { 0x21...0x7e ~= self }

    /// The lower-case letter for an upper-case one; any other byte unchanged.
    @inlinable
    package var asciiLowercased: UInt8 { 0x41...0x5a ~= self ? self | 0x20 : self }

    /// The upper-case letter for a lower-case one; any other byte unchanged.
    package var asciiUppercased: UInt8 { 0x61...0x7a ~= self ? self & ~0x20 : self }
}
