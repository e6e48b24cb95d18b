import TestSupport
import Testing

/// Malformed input on the FastCGI socket is refused. It never ends a worker and never affects another request.
@Suite struct MalformedRequestTests {
    private let folder: TestFolder
    private let gate: GateProcess
    private let token: String
    private let workers: [Int32]

    init() throws {
        folder = try TestFolder()
        let (server, database) = try SharedServers.newDatabase()
        // One worker, so that it receives all requests.
        gate = try GateProcess(in: folder, server: server, database: database, workers: 1)
        token = try gate.signIn("ann")
        workers = try gate.workers
    }

    private func closedLines(_ fault: String) -> Int { gate.lines(with: "FastCGI connection closed: \(fault)") }

    @Test func `every malformed request closes its connection with one log line of its kind`() throws {
        for request in MalformedRequest.all {
            #expect(try gate.check(token) == 200)
            let client = try FastCGIClient(gate.endpoint)
            try client.send(request.bytes)
            #expect(try gate.check(token) == 200, "while \(request) is closed")
            #expect(try client.isClosedByPeer(within: .seconds(3)), "\(request)")
            #expect(try gate.check(token) == 200, "after \(request)")
            #expect(try gate.workers == workers, "\(request)")
        }
        for fault in Set(MalformedRequest.all.map(\.fault)) {
            try eventually("a line for \(fault)", log: gate.log) { closedLines(fault) > 0 }
            #expect(closedLines(fault) == 1, "\(fault)")
        }
        #expect(gate.lines(with: "FastCGI connection closed") == Set(MalformedRequest.all.map(\.fault)).count)
    }

    @Test func `a truncated request is closed when its peer has gone, without a response`() throws {
        let body = Array(#"{"username":"ann","password":"x"}"#.utf8)
        let pairs = GateProcess.parameters("POST", "/auth/login", [("CONTENT_TYPE", "application/json")], body)
        let (begin, parameters, end) = (FastCGIRecord.begin(), FastCGIRecord.params(pairs), FastCGIRecord.stdin(body))
        let bytes = ([begin] + parameters + end).flatMap(\.encoded)
        let firstPair = FastCGIRecord.encode([pairs[0]]).count
        let endOfParameters = 16 + parameters[0].encoded.count + 8
        let cuts = [
            1, 7, 8, 12, 16,  // at the start, and after it
            20, 24, 25, 26,  // in the header of the parameters, after it, and inside the lengths of the first pair
            24 + firstPair, 24 + firstPair + 1,  // between two parameters, and inside the lengths of the next one
            endOfParameters - 8, endOfParameters - 1,  // before and within the record that ends the parameters
            endOfParameters, endOfParameters + 8, endOfParameters + 8 + 5,  // before, at and within the body
            bytes.count - 8, bytes.count - 1,  // before and within the record that ends the body
        ]
        for cut in cuts {
            let client = try FastCGIClient(gate.endpoint)
            try client.send(Array(bytes.prefix(cut)))
            #expect(try !client.isClosedByPeer(within: .milliseconds(2)), "\(cut)")
            #expect(try gate.check(token) == 200)
            client.endSending()
            #expect(try client.isClosedByPeer(within: .seconds(3)), "\(cut)")
            #expect(try gate.check(token) == 200)
        }
        // A connection without any bytes is no fault.
        let silent = try FastCGIClient(gate.endpoint)
        silent.endSending()
        #expect(try silent.isClosedByPeer(within: .seconds(3)))
        #expect(try gate.workers == workers)
        try gate.waitForLog(containing: "FastCGI connection closed")
        #expect(gate.lines(with: "FastCGI connection closed") == 1)
        #expect(closedLines("the peer closed before the request was complete") == 1)
    }

    @Test func `a slow request is answered, or closed at its time limit`() throws {
        let records =
            [FastCGIRecord.begin()] + FastCGIRecord.params(FastCGIClient.checkParameters + [GateProcess.bearer(token)])
        let bytes = (records + FastCGIRecord.stdin([])).flatMap(\.encoded)
        let quick = try FastCGIClient(gate.endpoint)
        try quick.send(bytes, inPiecesOf: 1, pause: .microseconds(100))
        #expect(try quick.receive().status == 200)

        let slow = try FastCGIClient(gate.endpoint, timeout: .seconds(30))
        let clock = ContinuousClock()
        let start = clock.now
        // 200 of some 250 bytes, sent one by one, would take 20 s.
        try slow.send(Array(bytes.prefix(200)), inPiecesOf: 1, pause: .milliseconds(100))
        #expect(try slow.isClosedByPeer(within: .seconds(3)))
        #expect(clock.now - start > .milliseconds(4900))
        #expect(clock.now - start < .seconds(7))
        #expect(try gate.check(token) == 200)
        try eventually("the line", log: gate.log) { closedLines("the request was not complete in time") == 1 }
    }

    @Test func `thousands of connections with random bytes end no worker and admit nobody`() throws {
        var random = SeededGenerator(seed: 4711)
        let records =
            [FastCGIRecord.begin(keepsConnection: true)]
            + FastCGIRecord.params(FastCGIClient.checkParameters + [("REMOTE_USER", "admin")]) + FastCGIRecord.stdin([])
        let real = records.flatMap(\.encoded)
        var accepted = 0
        for round in 0..<3000 {
            var bytes = round.isMultiple(of: 3) ? random.bytes(count: Int.random(in: 1...300, using: &random)) : real
            if !round.isMultiple(of: 3) {
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
                }
                if round.isMultiple(of: 5) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            }
            let client = try FastCGIClient(gate.endpoint)
            try client.send(bytes)
            client.endSending()
            guard round.isMultiple(of: 10) else { continue }
            while let record = try client.receiveRecord() {
                let text = String(decoding: record.content, as: UTF8.self)
                if text.contains("Status: 200") && text.contains("Remote-User") { accepted += 1 }
            }
        }
        #expect(accepted == 0)
        #expect(try gate.workers == workers)
        #expect(try gate.check(token) == 200)
        #expect(!gate.log.contains("exited with"))
    }
}

extension SeededGenerator {
    fileprivate mutating func bytes(count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}
