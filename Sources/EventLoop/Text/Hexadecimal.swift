/// Hexadecimal digits (RFC 4648, section 8).
extension UInt8 {
    /// The value of the byte as a hexadecimal digit in either case, or nil for any other character.
    @inlinable
    package var hexDigitValue: UInt8? {
        if isASCIIDigit { return self &- 0x30 }
        let letter = (self | 0x20) &- 0x61
        return letter < 6 ? letter + 10 : nil
    }

    /// The byte as two lower-case digits.
    @inlinable
    package var hexDigits: (high: UInt8, low: UInt8) {
        func digit(_ value: UInt8) -> UInt8 { value &+ (value < 10 ? 0x30 : 0x61 - 10) }
        return (digit(self >> 4), digit(self & 15))
    }
}

extension [UInt8] {
    /// Parses hexadecimal text, two digits in either case per byte. Returns nil for any other text.
    package init?(hex text: some Collection<UInt8>) {
        guard text.count.isMultiple(of: 2) else { return nil }
        self.init()
        reserveCapacity(text.count / 2)
        var digits = text.makeIterator()
        while let first = digits.next(), let second = digits.next() {
            guard let high = first.hexDigitValue, let low = second.hexDigitValue else { return nil }
            append(high << 4 | low)
        }
    }

    /// The bytes as hexadecimal text, two lower-case digits per byte.
    package var hex: [UInt8] {
        flatMap { byte in
            let digits = byte.hexDigits
            return [digits.high, digits.low]
        }
    }
}
