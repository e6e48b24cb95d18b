import Testing

@testable import AuthFCGI

@Suite struct TemplateTextTests {
    @Test(arguments: [
        ("plain text, 100 %", "plain text, 100 %"), ("", ""), ("<script>", "&lt;script&gt;"),
        (#"a"b'c&d"#, "a&quot;b&#39;c&amp;d"), ("&lt;", "&amp;lt;"), ("é漢😀", "é漢😀"),
        // One character for Swift and for a reader, two for a browser: the accent must not hide the quotation mark.
        ("\"\u{301} onfocus=x", "&quot;\u{301} onfocus=x"), ("<\u{338}b>\u{200d}", "&lt;\u{338}b&gt;\u{200d}"),
        ("a\u{0}b\u{1b}[1m\u{7f}\u{85}", "a\u{fffd}b\u{fffd}[1m\u{fffd}\u{fffd}"), ("a\tb\nc\r", "a\tb\nc\u{fffd}"),
        ("\u{202e}gnp", "\u{202e}gnp"),
    ])
    func `a text is escaped byte by byte`(_ text: String, _ html: String) {
        #expect(TemplateText.escape(text).utf8.elementsEqual(html.utf8))
        #expect(TemplateText(text).isNull == text.isEmpty)
    }

    @Test func `nothing that ends a text or an attribute passes`() {
        for scalar in (0...0x3000).compactMap(Unicode.Scalar.init) {
            for before in ["", "<", "\"", "&"] {
                let html = TemplateText.escape(before + String(Character(scalar)))
                for byte in html.utf8 { #expect(![0x3c, 0x3e, 0x22, 0x27, 0].contains(byte)) }
            }
        }
    }
}
