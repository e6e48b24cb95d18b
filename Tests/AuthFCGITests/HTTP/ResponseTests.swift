import Testing

@testable import AuthFCGI

@Suite struct ResponseTests {
    @Test func `a response has status, headers, length and no-store`() {
        let response = Response(.ok, headers: [(.remoteUser, "alice"), (.retryAfter, 5)])
        let expected = """
            200 OK\r\nRemote-User: alice\r\nRetry-After: 5\r\nContent-Length: 0\r\n\
            Cache-Control: no-store\r\n\r\n
            """
        #expect(text(response) == expected)
        let serialized = SerializedResponse(response)
        #expect(serialized.bytes == Array(expected.utf8) && serialized.bodyBytes == 0)
    }

    @Test func `a response without content has no length`() {
        #expect(text(Response(.noContent)) == "204 No Content\r\nCache-Control: no-store\r\n\r\n")
    }

    @Test func `a body has its type, which no browser may guess, and length`() {
        let expected = """
            200 OK\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\nContent-Length: 2\r\n\
            Cache-Control: no-store\r\n\r\n{}
            """
        let response = Response(.ok, .json, Array("{}".utf8))
        #expect(text(response) == expected && SerializedResponse(response).bodyBytes == 2)
    }

    @Test func `a page has its own header against guessing, and no second one`() {
        #expect(!text(Response(.ok, .html, Array("<p>".utf8))).contains("nosniff"))
        #expect(text(Response(.ok, .metrics, Array("a 1".utf8))).contains("\r\nX-Content-Type-Options: nosniff\r\n"))
    }

    @Test func `an authorizer's variables carry their prefix`() {
        let response = Response(.ok, headers: [(.variable("REMOTE_USER"), "alice")])
        #expect(text(response).contains("\r\nVariable-REMOTE_USER: alice\r\n"))
    }

    @Test func `every status line begins with its number`() {
        for status in HTTPStatus.allCases { #expect(status.line.description.hasPrefix("\(status.rawValue) ")) }
    }

    @Test func `an error is valid JSON whatever its message contains`() {
        let response = Response.error(.badRequest, code: "bad", message: "a \"b\"\\\n\u{1}\u{7f} é")
        #expect(response.status == .badRequest)
        #expect(
            String(decoding: response.body, as: UTF8.self)
                == "{\"error\":\"bad\",\"message\":\"a \\\"b\\\"\\\\\\u000a\\u0001\\u007f é\"}\n")
    }

    private func text(_ response: Response) -> String {
        String(decoding: response.serialized(), as: UTF8.self)
    }
}
