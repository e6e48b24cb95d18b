import TestSupport
import Testing

/// No part of a body is ever read as a request.
@Suite struct FastCGISmugglingTests {
    /// Returns a complete request with the number 7 that would be accepted.
    private static func planted(_ token: String) -> [UInt8] {
        let parameters = FastCGIClient.checkParameters + [("REMOTE_USER", "admin"), GateProcess.bearer(token)]
        return
            ([.begin(keepsConnection: true, requestID: 7)] + FastCGIRecord.params(parameters, requestID: 7)
            + FastCGIRecord.stdin([], requestID: 7)).flatMap(\.encoded)
    }

    private static func post(_ body: [UInt8], length: Int? = nil, requestID: UInt16 = 1) -> [FastCGIRecord] {
        let parameters = GateProcess.parameters(
            "POST", "/auth/login",
            [("CONTENT_TYPE", "application/json"), ("CONTENT_LENGTH", "\(length ?? body.count)")])
        return [.begin(keepsConnection: true, requestID: requestID)]
            + FastCGIRecord.params(parameters, requestID: requestID) + FastCGIRecord.stdin(body, requestID: requestID)
    }

    private static let health =
        [FastCGIRecord.begin(keepsConnection: true, requestID: 2)]
        + FastCGIRecord.params(GateProcess.parameters("GET", "/healthz"), requestID: 2)
        + FastCGIRecord.stdin([], requestID: 2)

    @Test func `a request inside a body at the library's read boundary is part of the body`() throws {
        let gate = try SharedGate.get()
        let workers = try gate.workers
        let planted = Self.planted(try gate.signIn("admin"))
        // As a request of its own it is accepted.
        let alone = try FastCGIClient(gate.endpoint)
        try alone.send(planted)
        #expect(try alone.receive(requestID: 7).headers["Remote-User"] == "admin")
        // libfcgi reads up to 8192 bytes at once. The planted request starts around that offset from the first byte of
        // the real one. The length of the part before the body is measured with a body of the same length.
        let size = 8192
        let head = Self.post([UInt8](repeating: 0x78, count: size)).dropLast(2).flatMap(\.encoded).count + 8
        for shift in [-9, -8, -7, -1, 0, 1, 7, 8, 9] {
            let before = 8192 - head + shift
            var body = [UInt8](repeating: 0x20, count: before) + planted
            guard body.count <= size else {
                // The body ends within the planted request. The padding that follows would be the rest of it.
                body = Array(body.prefix(size))
                try expectOneAnswer(gate, body, "\(shift)")
                continue
            }
            body += [UInt8](repeating: 0x20, count: size - body.count)
            try expectOneAnswer(gate, body, "\(shift)")
        }
        // At other offsets, and many times.
        let many = (0..<8192 / planted.count).flatMap { _ in planted }
        for shift in [0, 1, 8, 100] {
            try expectOneAnswer(gate, [UInt8](repeating: 0x20, count: shift) + many.dropLast(shift), "many")
        }
        #expect(try gate.workers == workers)
    }

    /// Expects that the body is refused as invalid JSON, that the connection then accepts a real request, and that
    /// there is no response to number 7.
    private func expectOneAnswer(_ gate: GateProcess, _ body: [UInt8], _ what: String) throws {
        let client = try FastCGIClient(gate.endpoint)
        try client.send(Self.post(body))
        let first = try client.receive()
        #expect(first.status == 400, "\(what): \(first)")
        #expect(first.records.allSatisfy { $0.requestID == 1 }, "\(what)")
        try client.send(Self.health)
        let second = try client.receive(requestID: 2)
        #expect(second.status == 200 && second.json?["status"] == "alive", "\(what): \(second)")
        #expect(second.records.allSatisfy { $0.requestID == 2 }, "\(what)")
    }

    @Test func `a request behind an incomplete, an unannounced or an oversized body is never answered`() throws {
        let gate = try SharedGate.get()
        let planted = Self.planted(try gate.signIn("admin"))
        let big = [UInt8](repeating: 0x20, count: 8192) + planted
        let cases: [(String, [UInt8])] = [
            ("unannounced", Self.post(planted, length: 0).flatMap(\.encoded)),
            ("longer than announced", Self.post(planted, length: planted.count - 1).flatMap(\.encoded)),
            ("oversized", Self.post(big).flatMap(\.encoded)),
            ("behind the end of the body", Self.post([0x20]).flatMap(\.encoded) + planted),
            ("behind a request without a body", Self.post([]).flatMap(\.encoded) + planted),
            ("in the body of a check", Self.check(body: planted)),
        ]
        for (what, bytes) in cases {
            let client = try FastCGIClient(gate.endpoint)
            try client.send(bytes)
            client.endSending()
            while let record = try client.receiveRecord() { #expect(record.requestID == 1, "\(what)") }
        }
    }

    /// Returns an authorizer's request, which ends with its parameters.
    private static func check(body: [UInt8]) -> [UInt8] {
        let begin = FastCGIRecord.begin(role: FastCGIRecord.Role.authorizer, keepsConnection: true)
        return ([begin] + FastCGIRecord.params(FastCGIClient.checkParameters)).flatMap(\.encoded) + body
    }

    @Test func `of two requests sent at once the first is answered, and the connection closed`() throws {
        let gate = try SharedGate.get()
        let client = try FastCGIClient(gate.endpoint)
        let first =
            [FastCGIRecord.begin(keepsConnection: true)]
            + FastCGIRecord.params(GateProcess.parameters("GET", "/healthz")) + FastCGIRecord.stdin([])
        try client.send(first + Self.health)
        let answer = try client.receive(closing: .seconds(3))
        #expect(answer.status == 200)
        #expect(answer.isClosedByPeer)
        #expect(try gate.ask("GET", "/healthz").status == 200)
    }
}
