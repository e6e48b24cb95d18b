import Testing

@testable import AuthFCGI

@Suite("FastCGI responses")
struct FastCGIResponseTests {
    @Test func `a response has status, headers, length and no-store`() {
        let response = Response(.ok, headers: [(.remoteUser, "alice"), (.retryAfter, 5)])
        let expected = """
            Status: 200 OK\r\nRemote-User: alice\r\nRetry-After: 5\r\nContent-Length: 0\r\n\
            Cache-Control: no-store\r\n\r\n
            """
        #expect(text(response) == expected)
        #expect(SerializedResponse(response).bytes == Array(expected.utf8))
    }

    @Test func `a response without content has no length`() {
        #expect(text(Response(.noContent)) == "Status: 204 No Content\r\nCache-Control: no-store\r\n\r\n")
    }

    @Test func `a body has its type and length`() {
        let expected = """
            Status: 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 2\r\n\
            Cache-Control: no-store\r\n\r\nhi
            """
        #expect(text(Response(.ok, .text, Array("hi".utf8))) == expected)
    }

    @Test func `an authorizer's variables carry their prefix`() {
        let response = Response(.ok, headers: [(.variable("REMOTE_USER"), "alice")])
        #expect(text(response).contains("\r\nVariable-REMOTE_USER: alice\r\n"))
    }

    @Test func `every status line begins with its number`() {
        for status in HTTPStatus.allCases { #expect(status.line.description.hasPrefix("\(status.rawValue) ")) }
    }

    @Test(arguments: [
        ("", ""), ("alice", "alice"), ("a b", "a b"), (" a ", "%20a%20"), (" ", "%20"),
        ("a\r\nSet-Cookie: x", "a%0D%0ASet-Cookie: x"),
        ("a\nb", "a%0Ab"), ("a\u{0}b", "a%00b"), ("100%", "100%25"), ("%0d%0a", "%250d%250a"), ("a\u{7f}", "a%7F"),
        ("Zoë", "Zo%C3%AB"), ("a,b", "a,b"), ("\u{85}\u{2028}", "%C2%85%E2%80%A8"), ("\t", "%09"), ("~!", "~!"),
    ])
    func `untrusted text cannot add a header`(_ text: String, _ expected: String) {
        #expect(HeaderValue(encoding: text).text == expected)
        let lines = self.text(Response(.ok, headers: [(.remoteName, HeaderValue(encoding: text))]))
        #expect(lines.split(separator: "\r\n", omittingEmptySubsequences: false).count == 6)
    }

    @Test func `commas inside an element of a list are encoded`() {
        #expect(HeaderValue(list: ["a", "b,c", " d", "e%", ""]).text == "a,b%2Cc,%20d,e%25,")
        #expect(HeaderValue(list: []).text == "")
        #expect(HeaderValue(list: ["x\r\ny"]).text == "x%0D%0Ay")
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

    @Test func `an error is valid JSON whatever its message contains`() {
        let response = Response.error(.badRequest, code: "bad", message: "a \"b\"\\\n\u{1}\u{7f} é")
        #expect(response.status == .badRequest)
        #expect(
            String(decoding: response.body, as: UTF8.self)
                == "{\"error\":\"bad\",\"message\":\"a \\\"b\\\"\\\\\\n\\u0001\\u007f é\"}\n")
    }

    private func text(_ response: Response) -> String {
        String(decoding: response.serialized(), as: UTF8.self)
    }
}
