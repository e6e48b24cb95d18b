import Testing

@testable import AuthFCGI

/// Requests that two readers could understand differently, so that the second would find another request where the first
/// found a body, or another host or path. The shapes are those of the published attacks.
@Suite struct HTTPSmugglingTests {
    private static let start = "POST / HTTP/1.1\r\nHost: a\r\n"
    private static let chunked = "\(start)Transfer-Encoding: chunked\r\n"
    private static let next = "GET /admin HTTP/1.1\r\nHost: a\r\n\r\n"

    /// Trailers are no headers.
    private static let withTrailers = """
        PUT / HTTP/1.1\r
        Host: a\r
        Trailer: Host\r
        TE: trailers\r
        transfer-encoding: chunked\r
        \r
        1\r
        x\r
        0\r
        Host: b\r
        Content-Length: 9\r
        Cookie: c\r
        \r

        """

    private func expectRefused(_ text: String, _ refusal: HTTPRefusal) {
        let bytes = Array(text.utf8)
        #expect(HTTPReading(bytes).refusal == refusal, "\(text.debugDescription)")
        for cut in bytes.indices {
            #expect(HTTPReading(bytes, cutAt: [cut]).refusal == refusal, "\(text.debugDescription) cut at \(cut)")
        }
    }

    @Test(
        arguments: [
            // CL.TE and TE.CL, in either order and with codings that one side overlooks.
            ("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG", HTTPRefusal.lengthAndCoding),
            ("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n1\r\nZ\r\n0\r\n\r\n", .lengthAndCoding),
            ("Content-Length: 0\r\nTransfer-Encoding:\tchunked \t\r\n\r\n", .lengthAndCoding),
            ("Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n\r\n", .coding),
            ("Content-Length: 4\r\nTransfer-Encoding: identity\r\n\r\n", .coding),
            // TE.TE: a coding that one side does not recognize.
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n", .severalCodings),
            ("Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n\r\n", .coding),
            ("Transfer-Encoding: gzip, chunked\r\n\r\n", .coding),
            ("Transfer-Encoding: chunked, chunked\r\n\r\n", .coding),
            ("Transfer-Encoding: chunked, identity\r\n\r\n", .coding),
            ("Transfer-Encoding: \"chunked\"\r\n\r\n", .coding),
            ("Transfer-Encoding: chunked;q=1\r\n\r\n", .coding),
            ("Transfer-Encoding: chun ked\r\n\r\n", .coding), ("Transfer-Encoding:\r\n\r\n", .coding),
            ("Transfer-Encoding: chunked,\r\n\r\n", .coding),
            ("Transfer-Encoding: ,chunked\r\n\r\n", .coding),
            ("Transfer-Encoding : chunked\r\n\r\n", .fieldName),
            ("Transfer-Encoding\t: chunked\r\n\r\n", .fieldName),
            ("Transfer-Encoding:\u{b}chunked\r\n\r\n", .fieldValue),
            ("Transfer-Encoding: chunked\u{c}\r\n\r\n", .fieldValue),
            ("Transfer-Encoding: chunked\0\r\n\r\n", .fieldValue),
            ("Transfer-Encoding: \u{1}chunked\r\n\r\n", .fieldValue),
            ("Transfer-Encoding: \u{a0}chunked\r\n\r\n", .coding),
            ("Transfer\u{a0}Encoding: chunked\r\n\r\n", .fieldName),
            ("Transfer Encoding: chunked\r\n\r\n", .fieldName),
            ("\u{0}Transfer-Encoding: chunked\r\n\r\n", .fieldName),
            (" Transfer-Encoding: chunked\r\n\r\n", .foldedField),
            ("X: y\r\n Transfer-Encoding: chunked\r\n\r\n", .foldedField),
            ("Transfer-Encoding:\r\n chunked\r\n\r\n", .coding),
            ("Transfer-Encoding\r\n: chunked\r\n\r\n", .fieldWithoutColon),
            ("X: y\nTransfer-Encoding: chunked\r\n\r\n", .bareLineFeed),
            ("X: y\rTransfer-Encoding: chunked\r\n\r\n", .fieldValue),
        ] as [(String, HTTPRefusal)])
    func `a transfer coding that could be overlooked is refused`(_ fields: String, _ refusal: HTTPRefusal) {
        expectRefused(Self.start + fields, refusal)
    }

    @Test(
        arguments: [
            ("Content-Length: 5\r\nContent-Length: 5\r\n", HTTPRefusal.severalLengths),
            ("Content-Length: 5\r\ncontent-length: 6\r\n", .severalLengths), ("Content-Length: 5, 5\r\n", .length),
            ("Content-Length: +5\r\n", .length), ("Content-Length: -1\r\n", .length),
            ("Content-Length: 0x5\r\n", .length),
            ("Content-Length: 5 5\r\n", .length), ("Content-Length: 5;\r\n", .length), ("Content-Length:\r\n", .length),
            ("Content-Length: 1e1\r\n", .length), ("Content-Length: 1_0\r\n", .length),
            ("Content-Length: 5.0\r\n", .length),
            ("Content-Length: \u{665}\r\n", .length), ("Content-Length: \"5\"\r\n", .length),
            ("Content-Length: 18446744073709551621\r\n", .length), ("Content-Length: 5\0\r\n", .fieldValue),
            ("Content-Length: 5\u{b}\r\n", .fieldValue), ("Content-Length : 5\r\n", .fieldName),
            ("Content-Length:\r\n 5\r\n", .length), ("Content-Length: 5\r\n 5\r\n", .foldedField),
            ("Content-Length: 5\rContent-Length: 6\r\n", .fieldValue), ("Content-Length: 5\nX: y\r\n", .bareLineFeed),
            ("\rContent-Length: 5\r\n", .fieldName), ("Content-Length 5\r\n", .fieldWithoutColon),
            (": 5\r\n", .fieldName), ("Content-Length(5): 5\r\n", .fieldName), ("Content-Léngth: 5\r\n", .fieldName),
        ] as [(String, HTTPRefusal)])
    func `a length that could be read differently is refused`(_ field: String, _ refusal: HTTPRefusal) {
        expectRefused(Self.start + field + "\r\nabcde", refusal)
    }

    @Test(
        arguments: [
            ("0x5\r\nabcde\r\n0\r\n\r\n", HTTPRefusal.chunkSize), ("+5\r\nabcde\r\n", .chunkSize),
            ("-1\r\n", .chunkSize),
            ("\r\n", .chunkSize), (" 5\r\nabcde\r\n", .chunkSize), ("5 \r\nabcde\r\n", .chunkSize),
            ("5\t;x\r\nabcde\r\n", .chunkSize), ("g\r\n", .chunkSize), ("000000005\r\nabcde\r\n", .chunkSize),
            ("100000000\r\n", .chunkSize), ("5_\r\nabcde\r\n", .chunkSize), ("5,5\r\nabcde\r\n", .chunkSize),
            // The end of a line that one side sees in an extension (2025: TERM.EXT, EXT.TERM).
            ("5;\nabcde\r\n0\r\n\r\n", .bareLineFeed), ("5;x=\ny\r\nabcde\r\n", .bareLineFeed),
            ("5;x\ry\r\nabcde\r\n", .chunkSize), ("5;x\0\r\nabcde\r\n", .chunkSize),
            ("5;\u{e9}\r\nabcde\r\n", .chunkSize),
            ("5\n\r\nabcde\r\n", .bareLineFeed), ("5\nabcde\r\n", .bareLineFeed), ("5\r\r\nabcde\r\n", .chunkSize),
            // Bytes behind a chunk that one side skips (2025: TERM.SPILL, SPILL.TERM, ONE.TWO, TWO.TERM, ZERO.TERM).
            ("5\r\nabcdeXX0\r\n\r\n", .chunkEnd), ("5\r\nabcde\n0\r\n\r\n", .chunkEnd),
            ("5\r\nabcde\r0\r\n\r\n", .chunkEnd),
            ("5\r\nabcde0\r\n\r\n", .chunkEnd), ("5\r\nabcdef\r\n0\r\n\r\n", .chunkEnd),
            ("5\r\nabcde\r\r\n", .chunkEnd),
            ("3\r\nabcde\r\n0\r\n\r\n", .chunkEnd), ("0\r\nGET /admin HTTP/1.1\r\n\r\n", .fieldWithoutColon),
            // Trailers.
            ("0\r\n folded: x\r\n\r\n", .foldedField), ("0\r\nx\r\n\r\n", .fieldWithoutColon),
            ("0\r\nx : y\r\n\r\n", .fieldName), ("0\r\nx: y\n\r\n", .bareLineFeed),
            ("0\r\nx: \u{0}\r\n\r\n", .fieldValue),
            ("0\r\n\n", .bareLineFeed), ("0\r\n\r\r\n", .fieldWithoutColon),
        ] as [(String, HTTPRefusal)])
    func `chunks that could end elsewhere are refused`(_ body: String, _ refusal: HTTPRefusal) {
        expectRefused(Self.chunked + "\r\n" + body, refusal)
    }

    @Test(
        arguments: [
            ("GET /\r\n", HTTPRefusal.requestLine), ("GET / HTTP/1.1 \r\n", .requestLine),
            (" GET / HTTP/1.1\r\n", .requestLine),
            ("GET  / HTTP/1.1\r\n", .requestLine), ("GET\t/ HTTP/1.1\r\n", .requestLine),
            ("GET / HTTP/1.1x\r\n", .requestLine),
            ("GET / http/1.1\r\n", .requestLine), ("GET / HTTP/11\r\n", .requestLine),
            ("GET / HTTP/1,1\r\n", .requestLine),
            ("GET / HTTP/1.10\r\n", .requestLine), ("GET / HTTP/01.1\r\n", .requestLine),
            ("GET / HTTPS/1.1\r\n", .requestLine),
            ("\r\nGET / HTTP/1.1\r\n", .requestLine), ("G(T / HTTP/1.1\r\n", .requestLine),
            ("\0GET / HTTP/1.1\r\n", .requestLine),
            ("GET /a b HTTP/1.1\r\n", .requestLine), ("GET / HTTP/1.1\rX: y\r\n", .requestLine),
            ("GET / HTTP/1.1\n", .bareLineFeed), ("\nGET / HTTP/1.1\r\n", .bareLineFeed),
            ("GET / HTTP/2.0\r\n", .version), ("GET / HTTP/1.2\r\n", .version), ("GET / HTTP/0.9\r\n", .version),
            ("PRI * HTTP/2.0\r\n", .version), ("GET / HTTP/3.0\r\n", .version),
            ("OPTIONS * HTTP/1.1\r\n", .target), ("CONNECT a:443 HTTP/1.1\r\n", .target),
            ("GET a HTTP/1.1\r\n", .target),
            ("GET ?a HTTP/1.1\r\n", .target), ("GET /a#b HTTP/1.1\r\n", .target), ("GET /\u{e9} HTTP/1.1\r\n", .target),
            ("GET /\u{7f} HTTP/1.1\r\n", .target), ("GET /\0 HTTP/1.1\r\n", .target),
            ("GET /a\u{1}b HTTP/1.1\r\n", .target),
            ("GET ftp://a/ HTTP/1.1\r\n", .target), ("GET http:///x HTTP/1.1\r\n", .target),
            ("GET http://u@a/ HTTP/1.1\r\n", .target),
            ("GET http:/a HTTP/1.1\r\n", .target), ("GET  HTTP/1.1\r\n", .target),
            ("GET //a\u{b} HTTP/1.1\r\n", .target),
        ] as [(String, HTTPRefusal)])
    func `a request line that could be read differently is refused`(_ line: String, _ refusal: HTTPRefusal) {
        expectRefused(line + "Host: a\r\n\r\n", refusal)
    }

    @Test(
        arguments: [
            ("GET / HTTP/1.1\r\n\r\n", HTTPRefusal.noHost),
            ("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", .codingInHTTP10),
            ("GET http://a/ HTTP/1.1\r\n\r\n", .noHost),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .severalHosts),
            ("GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n", .severalHosts),
            ("GET http://evil/ HTTP/1.1\r\nHost: good\r\n\r\n", .otherHost),
            ("GET http://a:80/ HTTP/1.1\r\nHost: a\r\n\r\n", .otherHost),
            ("GET http://a HTTP/1.0\r\nHost: b\r\n\r\n", .otherHost),
            ("GET http://a/ HTTP/1.1\r\nHost:\r\n\r\n", .otherHost),
            ("GET / HTTP/1.1\r\nHost: a\r\nHOST:\r\n\r\n", .severalHosts),
            ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .host), ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .host),
            ("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", .host), ("GET / HTTP/1.1\r\nHost: a#b\r\n\r\n", .host),
            ("GET / HTTP/1.1\r\nHost: a?b\r\n\r\n", .host), ("GET / HTTP/1.1\r\nHost: a\\b\r\n\r\n", .host),
            ("GET / HTTP/1.1\r\nHost: \u{e9}\r\n\r\n", .host), ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .fieldName),
            ("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", .foldedField),
            ("GET / HTTP/1.1\r\n Host: a\r\n\r\n", .foldedField),
            ("POST / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\nContent-Length: 1\r\n\r\n", .expectation),
            ("POST / HTTP/1.1\r\nHost: a\r\nExpect: y 100-continue\r\nContent-Length: 1\r\n\r\n", .expectation),
            ("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue, x\r\n\r\n", .expectation),
            ("GET / HTTP/1.1\r\nHost: a\r\n\n", .bareLineFeed),
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\r\n", .fieldWithoutColon),
        ] as [(String, HTTPRefusal)])
    func `a host or an expectation that could be read differently is refused`(_ text: String, _ refusal: HTTPRefusal) {
        expectRefused(text, refusal)
    }

    @Test(
        arguments: [
            // No body, whatever the method; the rest is the next request to both sides.
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", ""), ("POST / HTTP/1.1\r\nHost: a\r\n\r\n", ""),
            ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", ""),
            ("GET / HTTP/1.1\r\nHost: a\r\nContent_Length: 9\r\nTransfer_Encoding: chunked\r\n\r\n", ""),
            ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "abc"),
            ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0003\r\n\r\nabc", "abc"),
            ("HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "abc"),
            ("PUT / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\nConnection: Upgrade\r\n\r\n", ""),
            (withTrailers, "x"),
        ] as [(String, String)])
    func `what is accepted ends where both sides see its end`(_ text: String, _ body: String) {
        let reading = HTTPReading(text + Self.next)
        #expect(reading.verdict == .complete && reading.size == text.utf8.count)
        #expect(
            reading.body == .whole(Array(body.utf8)) && reading.facts[.host] == "a" && reading.facts[.cookie] == nil)
        #expect(HTTPReading(Self.next).facts[.path] == "/admin")
    }

    @Test func `each byte that is no part of a token, a value or a target is refused there`() {
        let token = Set(("!#$%&'*+-.^_`|~" + "0123456789").utf8).union(UInt8(ascii: "a")...UInt8(ascii: "z"))
            .union(UInt8(ascii: "A")...UInt8(ascii: "Z"))
        for byte in UInt8.min...UInt8.max {
            func reading(_ before: String, _ after: String) -> HTTPReading {
                HTTPReading(Array(before.utf8) + [byte] + Array(after.utf8))
            }
            let isText = byte >= 0x20 && byte != 0x7f || byte == 0x09
            #expect(
                (reading("GET / HTTP/1.1\r\nHost: a\r\nX", "Y: z\r\n\r\n").verdict == .complete)
                    == (token.contains(byte) || byte == UInt8(ascii: ":")), "name \(byte)")
            #expect(
                (reading("GET / HTTP/1.1\r\nHost: a\r\nX: y", "z\r\n\r\n").verdict == .complete) == isText,
                "value \(byte)")
            #expect(
                (reading("GET /a", "b HTTP/1.1\r\nHost: a\r\n\r\n").verdict == .complete)
                    == (byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "#")), "target \(byte)")
            #expect(
                (reading("G", "T / HTTP/1.1\r\nHost: a\r\n\r\n").verdict == .complete) == token.contains(byte),
                "method \(byte)")
        }
    }
}
