import Testing

@testable import AuthFCGI

@Suite struct HTTPRequestScannerTests {
    /// Requests that are accepted.
    static let accepted: [String] = [
        httpRequest("GET / HTTP/1.1", "Host: example.org"),
        httpRequest("GET /auth/verify?a=b?c HTTP/1.1", "host:example.org:8080", "Cookie: a=b; c=d", "X-Other: \u{e9}"),
        httpRequest("HEAD /healthz HTTP/1.0"),
        httpRequest("POST /auth/login HTTP/1.1", "Host: a", "Content-Length: 5", "Expect: 100-Continue", body: "a=b&c"),
        httpRequest("DELETE http://Example.ORG/auth/sessions/1 HTTP/1.1", "Host: example.org", "Connection: close"),
        httpRequest(
            "POST / HTTP/1.1", "Host: a", "Transfer-Encoding: Chunked",
            body: "3\r\nabc\r\n2;x=\"y\"\r\nde\r\n000\r\nTrailer: x\r\nOther:\r\n\r\n"),
        httpRequest("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", body: "0\r\n\r\n"),
        httpRequest("GET /a HTTP/1.1", "Host: a", "Content-Length: 0") + httpRequest("GET /b HTTP/1.1", "Host: a"),
        httpRequest(
            "QUERY /%zz~!$&'()*+,;=:@[]|{}\\^`\"<> HTTP/1.1", "Host: [::1]:80", "Accept:", "Origin: \t null \t"),
    ]

    @Test(arguments: accepted) func `a request is read alike wherever it is cut`(_ text: String) {
        let bytes = Array(text.utf8)
        let whole = HTTPReading(bytes)
        #expect(whole.verdict == .complete)
        for cut in 0..<whole.size {
            var scanner = HTTPRequestScanner(maxBody: 64)
            let part = Array(bytes.prefix(cut))
            #expect(scanner.scan(part.span) == .incomplete, "\(cut)")
            #expect(HTTPReading(bytes, cutAt: [cut]) == whole, "\(cut)")
        }
        #expect(HTTPReading(bytes, cutAt: Array(0..<bytes.count)) == whole)
        #expect(HTTPReading(bytes, cutAt: Array(stride(from: 0, to: bytes.count, by: 7))) == whole)
    }

    @Test func `the facts are those of the headers`() {
        let facts = HTTPReading(
            httpRequest(
                "POST /auth/login?rd=/a HTTP/1.1", "HOST: app.example:8443", "authorization: Bearer x", "COOKIE: a=1",
                "Content-Type: application/json", "Origin: https://app.example", "Sec-Fetch-Site: same-origin",
                "sec-fetch-mode: navigate", "Accept: text/html", "Accept-Language: de", "User-Agent: browser",
                "Content-Length: 2", body: "{}")
        ).facts
        #expect(
            facts == [
                .path: "/auth/login", .query: "rd=/a", .method: "POST", .host: "app.example:8443",
                .authorization: "Bearer x", .cookie: "a=1", .contentType: "application/json",
                .origin: "https://app.example", .fetchSite: "same-origin", .fetchMode: "navigate", .accept: "text/html",
                .acceptLanguage: "de", .userAgent: "browser",
            ])
    }

    @Test func `what the front says of the client's request is in X-Forwarded headers`() {
        let lines = [
            "GET /auth/verify HTTP/1.1", "X-Forwarded-Host: app.example", "Host: gate", "X-Forwarded-Proto: https",
            "X-Forwarded-Uri: /a?b", "X-Forwarded-Method: PUT", "X-Forwarded-For: 192.0.2.7", "X-Request-ID: 1",
            "Traceparent: 00-a-b-01",
        ]
        let facts = HTTPReading(lines.map { $0 + "\r\n" }.joined() + "\r\n").facts
        #expect(
            facts == [
                .path: "/auth/verify", .method: "GET", .host: "app.example", .scheme: "https", .originalURI: "/a?b",
                .originalMethod: "PUT", .clientAddress: "192.0.2.7", .requestID: "1", .traceparent: "00-a-b-01",
            ])
        // A header that says nothing leaves the word to Host.
        #expect(HTTPReading(httpRequest("GET / HTTP/1.1", "Host: a", "X-Forwarded-Host:")).facts[.host] == "a")
        #expect(HTTPReading(httpRequest("GET http://b/ HTTP/1.0")).facts[.host] == "b")
    }

    @Test func `headers with other spellings of a name say nothing`() {
        let names = [
            "X_Forwarded_Host", "X-Forwarded-Hos", "Remote-User", "AUTH_REQUIRE", "Auth-Require", "Cookie2", "Hos",
        ]
        let fields = names.map { "\($0): x\r\n" }.joined()
        let reading = HTTPReading("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
        #expect(reading.facts == [.path: "/", .method: "GET", .host: "a"])
    }

    @Test(arguments: HTTPField.names) func `each header with a meaning is found in any case, and no other`(
        _ name: String
    ) {
        let exact = Array(name.utf8)
        let found = HTTPField(name: exact.span)
        #expect(found != nil)
        let loud = Array(name.uppercased().utf8)
        #expect(HTTPField(name: loud.span) == found)
        for index in exact.indices {
            var other = exact
            other[index] = UInt8(ascii: "_")
            #expect(HTTPField(name: other.span) == nil)
        }
        let doubled = exact + exact
        #expect(HTTPField(name: doubled.span) == nil)
    }

    @Test func `a header that comes twice is known to have come twice`() {
        let bytes = Array(httpRequest("GET / HTTP/1.1", "Host: a", "Cookie: a=1", "Cookie: b=2").utf8)
        var scanner = HTTPRequestScanner(maxBody: 64)
        #expect(scanner.scan(bytes.span) == .complete)
        #expect(scanner.head.facts.count(of: .cookie) == 2 && HTTPReading(bytes).facts[.cookie] == "b=2")
    }

    // MARK: Bodies

    @Test func `a body is what its length or its chunks say`() {
        let whole: (String) -> RequestBody = { .whole(Array($0.utf8)) }
        let readings = Self.accepted.map { HTTPReading($0) }
        #expect(
            readings[3].body == whole("a=b&c") && readings[5].body == whole("abcde") && readings[6].body == whole(""))
        #expect(readings[7].size == httpRequest("GET /a HTTP/1.1", "Host: a", "Content-Length: 0").utf8.count)
    }

    @Test func `a body that is too long is not waited for, and ends the connection`() {
        let byLength = HTTPReading(httpRequest("POST / HTTP/1.1", "Host: a", "Content-Length: 65"))
        #expect(byLength.verdict == .complete && byLength.body == .tooLong && !byLength.keepsConnection)
        let chunked =
            ["POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked"].map { $0 + "\r\n" }.joined() + "\r\n"
        for body in ["41\r\n", "40\r\n\(String(repeating: "x", count: 64))\r\n1\r\n", "ffffffff\r\n"] {
            let reading = HTTPReading(chunked + body)
            #expect(reading.verdict == .complete && reading.body == .tooLong && !reading.keepsConnection, "\(body)")
        }
        let longest = String(repeating: "x", count: 64)
        #expect(HTTPReading(chunked + "40\r\n\(longest)\r\n0\r\n\r\n").body == .whole(Array(longest.utf8)))
    }

    @Test func `a client that waits for a word gets it before its body, and only then`() {
        func awaits(_ lines: String, _ more: String = "") -> Bool {
            let bytes = Array((lines + "\r\n" + more).utf8)
            var scanner = HTTPRequestScanner(maxBody: 64)
            _ = scanner.scan(bytes.span)
            return scanner.awaitsContinue(after: bytes.count)
        }
        let expect = "Host: a\r\nExpect: 100-continue\r\n"
        #expect(awaits("POST / HTTP/1.1\r\n\(expect)Content-Length: 5\r\n"))
        #expect(awaits("POST / HTTP/1.1\r\n\(expect)Transfer-Encoding: chunked\r\n"))
        #expect(!awaits("POST / HTTP/1.1\r\n\(expect)Content-Length: 5\r\n", "a"))
        #expect(!awaits("POST / HTTP/1.1\r\n\(expect)Content-Length: 0\r\n"))
        #expect(!awaits("POST / HTTP/1.1\r\n\(expect)Content-Length: 65\r\n"))
        #expect(!awaits("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"))
        #expect(!awaits("POST / HTTP/1.0\r\n\(expect)Content-Length: 5\r\n"))
    }

    // MARK: Connections

    @Test(
        arguments: [
            ("1.1", [], true), ("1.1", ["close"], false), ("1.1", ["Keep-Alive, CLOSE"], false),
            ("1.1", ["upgrade", "x,close"], false), ("1.1", ["closed", "not-close"], true), ("1.0", [], false),
            ("1.0", ["keep-alive"], true), ("1.0", ["keep-alive", "close"], false), ("1.0", [",, keep-alive ,"], true),
        ] as [(String, [String], Bool)])
    func `connections are kept as the version and the header say`(_ version: String, _ words: [String], _ keeps: Bool) {
        let fields = words.map { "Connection: \($0)\r\n" }.joined()
        #expect(HTTPReading("GET / HTTP/\(version)\r\nHost: a\r\n\(fields)\r\n").keepsConnection == keeps)
    }

    // MARK: Limits

    @Test func `the request line, the head and the number of headers have limits`() {
        func line(_ count: Int) -> String { "GET /\(String(repeating: "a", count: count - 14)) HTTP/1.1" }
        let longest = httpRequest(line(HTTPLimits.requestLine - 2), "Host: a")
        #expect(HTTPReading(longest).verdict == .complete)
        #expect(HTTPReading(httpRequest(line(HTTPLimits.requestLine - 1), "Host: a")).refusal == .requestLineTooLong)
        #expect(HTTPReading(String(repeating: "a", count: HTTPLimits.requestLine + 1)).refusal == .requestLineTooLong)

        func head(_ size: Int) -> String {
            let start = "GET / HTTP/1.1\r\nHost: a\r\nX: "
            return start + String(repeating: "x", count: size - start.utf8.count - 4) + "\r\n\r\n"
        }
        #expect(HTTPReading(head(HTTPLimits.head)).verdict == .complete)
        for cut in [0, 100, HTTPLimits.head] {
            let bytes = Array(head(HTTPLimits.head + 1).utf8)
            #expect(HTTPReading(bytes, cutAt: [cut]).refusal == .headTooLarge)
        }
        #expect(HTTPReading("GET / HTTP/1.1\r\nX: " + String(repeating: "x", count: 70_000)).refusal == .headTooLarge)

        func fields(_ count: Int) -> String { (1..<count).map { "X-\($0): y\r\n" }.joined() }
        let start = "GET / HTTP/1.1\r\nHost: a\r\n"
        #expect(HTTPReading(start + fields(HTTPLimits.fields) + "\r\n").verdict == .complete)
        #expect(HTTPReading(start + fields(HTTPLimits.fields + 1) + "\r\n").refusal == .tooManyFields)
    }

    @Test func `chunks and trailers have limits`() {
        let start = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let extensions = String(repeating: "x", count: 300)
        #expect(HTTPReading(start + "1;" + extensions).refusal == .chunkSize)
        #expect(HTTPReading(start + "1;" + extensions + "\r\n").refusal == .chunkSize)
        let small = Array((start + String(repeating: "1\r\nx\r\n", count: 8192) + "0\r\n\r\n").utf8)
        #expect(HTTPReading(small, maxBody: 8192).body == .whole([UInt8](repeating: UInt8(ascii: "x"), count: 8192)))
        let large = Array((start + String(repeating: "1;aaaaaaaaa\r\nx\r\n", count: 8192)).utf8)
        #expect(HTTPReading(large, maxBody: 8192).refusal == .chunkOverhead)
        #expect(HTTPReading(start + "0\r\n" + String(repeating: "a: b\r\n", count: 17)).refusal == .trailers)
        #expect(HTTPReading(start + "0\r\na: " + String(repeating: "b", count: 5000)).refusal == .trailers)
        #expect(HTTPReading(start + "0\r\na: \(String(repeating: "b", count: 5000))\r\n\r\n").refusal == .trailers)
    }

    @Test func `every refusal has its status, which is 400 but for a few, and a response that says why`() {
        let others: [HTTPRefusal: HTTPStatus] = [
            .late: .requestTimeout, .requestLineTooLong: .uriTooLong, .expectation: .expectationFailed,
            .tooManyFields: .headerFieldsTooLarge, .headTooLarge: .headerFieldsTooLarge, .coding: .notImplemented,
            .version: .versionNotSupported,
        ]
        for refusal in HTTPRefusal.allCases {
            let (response, status) = (refusal.response, others[refusal, default: .badRequest])
            #expect(response.status == status, "\(refusal)")
            #expect(String(decoding: response.body, as: UTF8.self).contains(refusal.rawValue))
        }
    }
}
