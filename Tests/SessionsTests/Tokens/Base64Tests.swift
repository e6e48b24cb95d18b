import Testing

@testable import Sessions

@Suite struct Base64Tests {
    /// RFC 4648, section 10, without the padding.
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the examples of RFC 4648 are encoded and decoded`(plain: String, encoded: String) {
        #expect(encode(plain) == encoded)
        #expect(decode(encoded) == Array(plain.utf8))
    }

    @Test func `the two alphabets differ in their last two characters`() {
        #expect(decode("-_8") == [0xfb, 0xff])
        #expect(decode("+/8", Base64.standardValues) == [0xfb, 0xff])
        #expect(decode("+/8") == nil)
        #expect(decode("-_8", Base64.standardValues) == nil)
    }

    @Test(arguments: ["A", "AAAAA", "AB", "AAB", "A A", "AA=="])
    func `a text that is not canonical is not decoded`(text: String) {
        #expect(decode(text) == nil)
    }

    // Spans cannot pass through an expectation, so these functions use arrays.

    private func encode(_ text: String) -> String {
        let encoded = Base64URL.encode(text.utf8Span.span)
        return String(decoding: encoded, as: UTF8.self)
    }

    private func decode(_ text: String, _ values: [UInt8] = Base64.urlValues) -> [UInt8]? {
        Base64.decode(text.utf8Span.span, values)
    }
}
