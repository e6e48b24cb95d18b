import Testing

@testable import AuthFCGI

@Suite struct HeaderValueTests {
    @Test(arguments: [
        ("", ""), ("alice", "alice"), ("a b", "a b"), (" a ", "%20a%20"), (" ", "%20"),
        ("a\r\nSet-Cookie: x", "a%0D%0ASet-Cookie: x"),
        ("a\nb", "a%0Ab"), ("a\u{0}b", "a%00b"), ("100%", "100%25"), ("%0d%0a", "%250d%250a"), ("a\u{7f}", "a%7F"),
        ("Zoë", "Zo%C3%AB"), ("a,b", "a,b"), ("\u{85}\u{2028}", "%C2%85%E2%80%A8"), ("\t", "%09"), ("~!", "~!"),
    ])
    func `untrusted text cannot add a header`(_ text: String, _ expected: String) {
        #expect(HeaderValue(encoding: text).text == expected)
        let response = Response(.ok, headers: [(.remoteName, HeaderValue(encoding: text))])
        let lines = String(decoding: response.serialized(), as: UTF8.self)
        #expect(lines.split(separator: "\r\n", omittingEmptySubsequences: false).count == 6)
    }

    @Test func `a URL stays unchanged, but cannot add a header or lead to another site`() {
        #expect(HeaderValue(url: "/a%20b?c=d&e=%2F#f").text == "/a%20b?c=d&e=%2F#f")
        #expect(HeaderValue(url: "/\\evil\r\nX: y").text == "/%5Cevil%0D%0AX:%20y")
        #expect(HeaderValue(url: "/é").text == "/%C3%A9")
    }

    @Test func `text that is not encoded must be a valid header value`() {
        for text in ["", "a", "a b", "~!;,=\"%"] { #expect(HeaderValue(verbatim: text)?.text == text) }
        for text in [" a", "a ", " ", "a\r\nX: y", "a\n", "\t", "\u{0}", "\u{7f}", "é"] {
            #expect(HeaderValue(verbatim: text) == nil)
        }
    }
}
