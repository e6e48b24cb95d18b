import Testing

@testable import AuthFCGI

struct PrintableTextTests {
    private static let effective = "a\u{1b}[2J\u{7f}\u{9b}1m\u{85}\u{202e}\u{2028}\t\rb"

    @Test func `each character with an effect on a terminal becomes a question mark`() {
        #expect(PrintableText.of(Self.effective) == "a?[2J??1m?????b")
        #expect(PrintableText.of("a\nb\r\nc") == "a?b??c")
        #expect(PrintableText.of("Zoë 漢字 🔑") == "Zoë 漢字 🔑")
        #expect(PrintableText.of("abcdef", longest: 4) == "abc…")
    }

    @Test func `lines of a text stay`() {
        #expect(PrintableText.lines("one\n\(Self.effective)\n") == "one\na?[2J??1m?????b\n")
        #expect(PrintableText.lines("a\r\nb") == "a?\nb")
        #expect(PrintableText.lines("plain\ntext\n") == "plain\ntext\n")
    }
}
