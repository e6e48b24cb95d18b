import Testing

@testable import AuthFCGI

@Suite struct HTTPResponseReaderTests {
    private static let response =
        "HTTP/1.1 503 Service Unavailable\r\nDate: x\r\nContent-Length: 9\r\nConnection: close\r\n\r\nnot ready"

    @Test func `a response is read however it is split`() {
        let bytes = Array(Self.response.utf8)
        for size in 1...bytes.count {
            var reader = HTTPResponseReader()
            var rest = bytes[...]
            while !rest.isEmpty {
                #expect(!reader.isComplete && !reader.isMalformed)
                reader.receive(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            #expect(reader.isComplete && reader.status == 503 && reader.body == "not ready")
        }
    }

    @Test(
        arguments: [
            ("HTTP/1.1 204 No Content\r\n\r\n", 204), ("HTTP/1.1 200\r\n\r\n", 200), ("HTTP/1.1 soon\r\n\r\n", nil),
            ("HTTP/1.1 2000 x\r\n\r\n", nil), ("HTTP/1.1 20x x\r\n\r\n", nil), ("HTTP/1.1 200 OK\r\n", nil),
        ] as [(String, Int?)])
    func `the status has three digits`(_ text: String, _ status: Int?) {
        var reader = HTTPResponseReader()
        reader.receive(text.utf8)
        #expect(reader.status == status && !reader.isMalformed)
    }

    @Test(arguments: ["SSH-2.0-x\r\n", "HTTP/2 200\r\n\r\n", "\u{1}\u{6}\0\u{1}", "HTTP/1.0 200 OK\r\n\r\n"])
    func `other bytes are no response`(_ text: String) {
        var reader = HTTPResponseReader()
        reader.receive(text.utf8)
        #expect(reader.isMalformed)
    }

    @Test func `an endless response is none`() {
        var reader = HTTPResponseReader()
        reader.receive("HTTP/1.1 200 OK\r\n".utf8)
        for _ in 0..<70 { reader.receive(String(repeating: "x", count: 1024).utf8) }
        #expect(reader.isMalformed)
    }

    @Test func `what is asked is one request to the gate's own reader`() {
        let reading = HTTPReading(HTTPResponseReader.request("/readyz"))
        #expect(reading.verdict == .complete && reading.facts[.path] == "/readyz" && !reading.keepsConnection)
    }
}
