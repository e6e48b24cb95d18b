import TestSupport
import Testing

/// What the tests of documents take for the same.
@Suite struct DocumentStepTests {
    private func matches(_ shown: String, _ printed: String) -> Bool {
        DocumentStep(command: "", output: shown).matches(printed)
    }

    @Test func `what is shown is printed, except for the width of columns`() {
        #expect(matches("a  b\n c", "\na b \n   c\n\n"))
        #expect(matches("", "\n"))
        #expect(matches("HTTP/1.1 200 OK", "HTTP/1.1 200 OK\r\n"))
        for (shown, printed) in [("a", "b"), ("a", "a\nb"), ("", "a"), ("a b", "ab"), ("a\n\nb", "a\nb")] {
            #expect(!matches(shown, printed), "\(shown), \(printed)")
        }
    }

    @Test func `an ellipsis stands for anything`() {
        #expect(matches("a … c", "a b c"))
        #expect(matches("a\n…\nc", "a\nb\nb\nc"))
        #expect(matches("…", "a\nb"))
        #expect(matches("a…b…", "a1b2"))
        for (shown, printed) in [("a … c", "a b"), ("a…a", "a"), ("…b", "a"), ("a…b…c", "acb")] {
            #expect(!matches(shown, printed), "\(shown), \(printed)")
        }
    }
}
