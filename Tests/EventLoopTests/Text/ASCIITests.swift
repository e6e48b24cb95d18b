import EventLoop
import Testing

@Suite struct ASCIITests {
    private static let bytes: ClosedRange<UInt8> = 0...255

    /// Returns the bytes whose characters match a condition of Swift's Character. No byte outside ASCII does.
    private static func matching(_ condition: (Character) -> Bool) -> [UInt8] {
        bytes.filter { $0 < 0x80 && condition(Character(Unicode.Scalar($0))) }
    }

    @Test func `classes of characters`() {
        #expect(Self.bytes.filter(\.isASCIIDigit) == Self.matching(\.isWholeNumber))
        #expect(Self.bytes.filter(\.isASCIILetter) == Self.matching(\.isLetter))
        #expect(Self.bytes.filter(\.isASCIIAlphanumeric) == Self.matching { $0.isLetter || $0.isWholeNumber })
        #expect(Self.bytes.filter(\.isASCIIVisible) == Array(0x21...0x7e))
    }

    @Test func `case changes letters alone`() {
        for byte in Self.bytes {
            let text = Character(Unicode.Scalar(byte))
            #expect(byte.asciiLowercased == (byte < 0x80 ? text.lowercased().utf8.first : byte))
            #expect(byte.asciiUppercased == (byte < 0x80 ? text.uppercased().utf8.first : byte))
        }
    }

    @Test func `hexadecimal text of all bytes is read again, in either case`() throws {
        let all = Array(Self.bytes)
        let text = String(decoding: all.hex, as: UTF8.self)
        #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff") && text.utf8.count == 512)
        #expect([UInt8](hex: text.utf8) == all)
        #expect([UInt8](hex: text.uppercased().utf8) == all)
        #expect([UInt8](hex: "".utf8) == [])
        for byte in Self.bytes {
            let text = String(Unicode.Scalar(byte))
            #expect(byte.hexDigitValue == (byte < 0x80 ? UInt8(text, radix: 16) : nil))
        }
    }

    @Test(arguments: ["0", "000", "0g", "g0", " 00", "0x00", "é0"])
    func `other text is not hexadecimal`(_ text: String) {
        #expect([UInt8](hex: text.utf8) == nil)
    }

    @Test(arguments: [("", ""), ("  ", ""), ("a", "a"), (" a b  ", "a b"), ("a ", "a"), ("  a", "a")])
    func `trimming removes elements at both ends`(_ text: String, _ expected: String) {
        #expect(text.trimming { $0 == " " } == expected[...])
    }
}
