import Testing

@testable import AuthFCGI

@Suite struct FastCGIResponseReaderTests {
    private static func record(_ type: UInt8, _ content: String, padding: Int = 0) -> [UInt8] {
        let bytes = Array(content.utf8)
        return [1, type, 0, 1, UInt8(bytes.count >> 8), UInt8(bytes.count & 255), UInt8(padding), 0] + bytes
            + [UInt8](repeating: 0, count: padding)
    }

    private static let end = record(3, "\0\0\0\0\0\0\0\0")

    private func read(_ bytes: [UInt8]) -> FastCGIResponseReader {
        var reader = FastCGIResponseReader()
        reader.receive(bytes)
        return reader
    }

    @Test func `a response is read however it is split`() {
        let bytes =
            Self.record(6, "Status: 503 Service", padding: 5) + Self.record(7, "to standard error")
            + Self.record(6, " Unavailable\r\nContent-Type: text/plain\r\n\r\nnot ") + Self.record(6, "ready")
            + Self.record(6, "") + Self.end
        for size in 1...bytes.count {
            var reader = FastCGIResponseReader()
            var rest = bytes[...]
            while !rest.isEmpty {
                #expect(!reader.isComplete)
                reader.receive(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            #expect(reader.isComplete)
            #expect(reader.status == 503)
            #expect(reader.body == "not ready")
        }
    }

    @Test(arguments: [
        ("Status: 200\r\n\r\n", 200), ("Content-Type: text/plain\r\n\r\n", 200), ("STATUS:401 No\r\nX: y\r\n\r\n", 401),
        ("X-Status: 500\r\nstatus:   404\r\n\r\n", 404), ("Status: soon\r\n\r\n", nil), ("Status: 2000\r\n\r\n", nil),
        ("Status: 20x\r\n\r\n", nil), ("Status: +20\r\n\r\n", nil), ("Status: 200\r\n", nil),
        ("", nil),
    ])
    func `the status is that of the Status header, or 200 without one`(_ output: String, _ status: Int?) {
        #expect(read(Self.record(6, output) + Self.end).status == status)
    }

    @Test(
        arguments: [
            [1, 3, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0], [1, 3, 0, 1, 0, 0, 0, 0], [1, 6, 0, 2, 0, 0, 0, 0],
            [2, 6, 0, 1, 0, 0, 0, 0], Array("HTTP/1.1 400 Bad Request\r\n".utf8),
        ] as [[UInt8]])
    func `bytes that are not a response to the request are malformed`(_ bytes: [UInt8]) {
        #expect(read(bytes).isMalformed)
        #expect(read(Self.record(6, "Status: 200\r\n\r\n") + bytes).isMalformed)
    }

    @Test func `an endless response is refused`() {
        var reader = FastCGIResponseReader()
        for _ in 0..<100 { reader.receive(Self.record(6, String(repeating: "x", count: 4096))) }
        #expect(reader.isMalformed && reader.output.count < 70_000)
    }

    @Test func `a truncated response is incomplete`() {
        let bytes = Self.record(6, "Status: 200\r\n\r\n") + Self.end
        for count in 0..<bytes.count { #expect(!read(Array(bytes.prefix(count))).isComplete) }
        #expect(read(bytes + [9, 9]).isComplete)
    }
}
