import TestSupport
import Testing

@testable import AuthFCGI

@Suite("FastCGI scanner, malformed requests")
struct FastCGIScannerMalformedTests {
    private static let open = FastCGIBytes().begin().parameters([("A", "b")])
    private static let asked = FastCGIBytes().begin().parameters([("CONTENT_LENGTH", "3")]).endParameters()
    private static let four = FastCGIBytes.encode([
        ("FCGI_MAX_CONNS", ""), ("FCGI_MAX_REQS", ""), ("FCGI_MPXS_CONNS", ""), ("FCGI_MAX_CONNS", ""),
    ])
    private static func pair(_ bytes: [UInt8]) -> FastCGIBytes {
        FastCGIBytes().begin().record(FastCGIBytes.parameters, bytes)
    }

    static let table: [(FastCGIBytes, FastCGIFault)] = [
        (FastCGIBytes(bytes: Array("GET / HTTP/1.1\r\n\r\n".utf8)), .unknownVersion),
        (FastCGIBytes().record(FastCGIBytes.begin, [0, 1, 0, 0, 0, 0, 0, 0], version: 2), .unknownVersion),
        (open.record(FastCGIBytes.parameters, version: 0), .unknownVersion),
        (FastCGIBytes().record(FastCGIBytes.getValues, four, id: 0), .managementRecord),
        (open.record(FastCGIBytes.getValues, four, id: 0), .managementRecord),
        (asked.record(FastCGIBytes.getValues, four, id: 0), .managementRecord),
        (FastCGIBytes().begin(id: 0), .managementRecord),
        (FastCGIBytes().endParameters(), .noBeginRequest),
        (FastCGIBytes().record(99), .noBeginRequest),
        (FastCGIBytes().record(FastCGIBytes.begin, [0, 1, 0, 0]), .badBeginRequest),
        (FastCGIBytes().record(FastCGIBytes.begin, [0, 1, 0, 0, 0, 0, 0, 0], padding: 8), .badBeginRequest),
        (FastCGIBytes().begin(role: 3), .unknownRole),
        (FastCGIBytes().begin(role: 0), .unknownRole),
        (FastCGIBytes().record(FastCGIBytes.begin, [1, 1, 0, 0, 0, 0, 0, 0]), .unknownRole),
        (open.begin(), .secondBeginRequest),
        (open.begin(id: 2), .secondBeginRequest),
        (asked.begin(), .secondBeginRequest),
        (open.record(FastCGIBytes.abort), .aborted),
        (asked.record(FastCGIBytes.abort), .aborted),
        (open.record(FastCGIBytes.parameters, id: 2), .otherRequest),
        (asked.record(FastCGIBytes.standardInput, id: 2), .otherRequest),
        (open.record(FastCGIBytes.standardInput), .unexpectedRecord),
        (open.record(99), .unexpectedRecord),
        (asked.record(FastCGIBytes.data), .unexpectedRecord),
        (asked.endParameters(), .unexpectedRecord),
        (open.record(FastCGIBytes.parameters, padding: 8), .paddedEnd),
        (pair([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), .parametersTooLong),
        (pair([0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xfe, 65]), .parametersTooLong),
        (pair([1, 0x80, 1, 0, 0, 65]), .parametersTooLong),
        (pair([5]).endParameters(), .parametersCutShort),
        (pair([5, 1, 65]).endParameters(), .parametersCutShort),
        (pair([1, 5, 65, 66]).endParameters(), .parametersCutShort),
        (pair([0x80, 0]).endParameters(), .parametersCutShort),
        (pair([2, 1, 65, 0, 66]), .badParameter),
        (pair([1, 2, 65, 66, 0]), .badParameter),
        (pair([2, 1, 65, 61, 66]), .badParameter),
        (FastCGIBytes().begin().parameters([("CONTENT_LENGTH", "1x")]), .badContentLength),
        (FastCGIBytes().begin().parameters([("CONTENT_LENGTH", "-1")]), .badContentLength),
        (FastCGIBytes().begin().parameters([("CONTENT_LENGTH", " 1")]), .badContentLength),
        (asked.body("abcd"), .bodyTooLong),
        (asked.body("ab").body("cd").endBody(), .bodyTooLong),
        (open.endParameters().body("a"), .bodyTooLong),
    ]

    @Test(arguments: table.indices)
    func `each kind of malformed request is refused for its reason`(_ index: Int) {
        let (request, fault) = Self.table[index]
        #expect(request.verdict() == .malformed(fault))
    }

    @Test func `every fault that bytes can show is in the table`() {
        let beyondBytes: Set<FastCGIFault> = [.refusedByLibrary, .requestTooLarge]
        #expect(Set(Self.table.map(\.1)).union(beyondBytes) == Set(FastCGIFault.allCases))
    }

    @Test func `parameters above 64 KiB in sum are refused`() {
        let value = String(repeating: "v", count: 1000)
        let request = (0..<66).reduce(FastCGIBytes().begin()) { bytes, _ in bytes.parameters([("NAME", value)]) }
        #expect(request.verdict() == .malformed(.parametersTooLong))
    }

    @Test func `a request that is mostly padding is refused when the buffer is full`() {
        var request = FastCGIBytes().begin()
        while request.bytes.count < FastCGIScanner.maxBytes(maxBody: 8192) {
            #expect(request.verdict() == .incomplete)
            request = request.parameters([("A", "b")], padding: 255)
        }
        #expect(request.verdict() == .malformed(.requestTooLarge))
    }

    @Test func `random bytes never crash the scanner`() {
        var random = SeededGenerator(seed: 20_240_607)
        let seed = FastCGIScannerMalformedTests.asked.body("abc").endBody().bytes
        for round in 0..<20_000 {
            var bytes = seed
            if round % 2 == 0 {
                bytes = (0..<Int.random(in: 0...64, using: &random)).map { _ in UInt8.random(in: 0...9, using: &random)
                }
            }
            for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if case .complete(let summary) = FastCGIBytes(bytes: bytes).verdict() {
                #expect(summary.bodyBytes <= summary.contentLength)
            }
        }
    }
}
