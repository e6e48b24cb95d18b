import EventLoop
import Testing

struct PercentDecodingTests {
    private static func text(_ text: String, plusIsSpace: Bool = false) throws(PercentDecoding.Problem) -> String {
        try PercentDecoding.text(Array(text.utf8)[...], plusIsSpace: plusIsSpace)
    }

    @Test(arguments: [
        ("", ""), ("abc", "abc"), ("a%20b", "a b"), ("%41%5a%7A", "AZz"), ("%2541", "%41"), ("%c3%a9", "é"),
        ("é", "é"), ("a+b", "a+b"), ("%00", "\u{0}"), ("%F0%9F%94%91", "🔑"),
    ])
    func `escapes are decoded once, and everything else stays`(_ encoded: String, _ decoded: String) throws {
        #expect(try Self.text(encoded) == decoded)
    }

    @Test func `a plus is a space in forms only, and an escaped plus never is`() throws {
        #expect(try Self.text("a+b%2Bc%2b", plusIsSpace: true) == "a b+c+")
    }

    @Test(arguments: ["%", "a%", "%4", "%g0", "%0g", "% 41", "%%41", "%-1", "%u0041", "%４１", "x%2"])
    func `a percent sign without two digits is refused`(_ text: String) {
        #expect(throws: PercentDecoding.Problem.badEscape) { try Self.text(text) }
        #expect(throws: PercentDecoding.Problem.badEscape) { try Self.text(text, plusIsSpace: true) }
    }

    @Test(arguments: ["%ff", "%c0%80", "%ed%a0%80", "%e2%82", "%f5%80%80%80", "%c3a9", "a%80b"])
    func `a value that is not UTF-8 decodes to bytes, but not to text`(_ text: String) throws {
        #expect(throws: PercentDecoding.Problem.notUTF8) { try Self.text(text) }
        #expect(try !PercentDecoding.bytes(Array(text.utf8)[...]).isEmpty)
    }

    @Test func `a slice is read from its own start to its own end`() throws {
        let bytes = Array("%ff%41b%ff".utf8)
        #expect(try PercentDecoding.bytes(bytes[3..<7]) == Array("Ab".utf8))
        #expect(throws: PercentDecoding.Problem.badEscape) { try PercentDecoding.bytes(bytes[0..<2]) }
    }
}
