import Testing

@testable import EventLoop

/// The characters that texts of people may not have.
@Suite struct UnicodeScalarTests {
    @Test func `what breaks a line, steers a terminal or turns the writing direction is refused in names`() {
        let refused: [Unicode.Scalar] = [
            "\n", "\r", "\u{0}", "\u{1b}", "\u{7f}", "\u{85}", "\u{9b}", "\u{2028}", "\u{2029}", "\u{202a}", "\u{202b}",
            "\u{202c}", "\u{202d}", "\u{202e}", "\u{2066}", "\u{2067}", "\u{2068}", "\u{2069}",
        ]
        #expect(refused.filter { !$0.breaksLine } == [])
        #expect(refused.filter { !$0.isControl } == [])
    }

    @Test func `names have the marks and joiners of their languages`() {
        let allowed: [Unicode.Scalar] = [
            "a", " ", "\u{e9}", "\u{301}", "\u{645}", "\u{200c}", "\u{200d}", "\u{200e}", "\u{200f}", "\u{61c}",
            "\u{3000}",
        ]
        #expect(allowed.filter(\.breaksLine) == [])
    }
}
