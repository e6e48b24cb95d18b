import Sessions
import TestSupport
import Testing

/// The look-ups of checks, while PostgreSQL does not answer.
@Suite struct LookUpShareTests {
    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let database: String

    init() throws {
        folder = try TestFolder()
        (server, database) = try SharedServers.newDatabase()
    }

    /// Sends a check from an address, without waiting for the answer.
    private func send(_ token: String, from address: String, to gate: GateProcess) throws -> FastCGIClient {
        let client = try FastCGIClient(gate.endpoint)
        let parameters = GateProcess.parameters(
            "GET", "/auth/verify", [GateProcess.bearer(token), ("REMOTE_ADDR", address)])
        try client.send([.begin()] + FastCGIRecord.params(parameters) + FastCGIRecord.stdin([]))
        return client
    }

    @Test func `one address may have half of the look-ups, and others are answered all the same`() throws {
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1,
            environment: ["SESSION_CACHE_ENTRIES": "0", "LOOKUP_LIMIT": "4", "DATABASE_QUERY_DEADLINE": "900ms"])
        let tokens = try (0..<4).map { _ in try gate.signIn("ann") }
        for token in tokens { #expect(try gate.check(token) == 200) }
        let (one, other) = ("192.0.2.1", "198.51.100.7")
        // After half a second without an answer all look-ups are refused, so a slow machine gets more than one chance.
        for attempt in 1...10 {
            let lock = try PostgreSQLConnection(server.url(database: database), log: RecordedLog().logger)
            try lock.script("BEGIN; LOCK TABLE session_tokens IN ACCESS EXCLUSIVE MODE", deadline: .seconds(5))
            let start = ContinuousClock.now
            var waiting = try tokens[..<2].map { try send($0, from: one, to: gate) }
            let refused = try send(tokens[2], from: one, to: gate).receive()
            waiting.append(try send(tokens[3], from: other, to: gate))
            sleepThread(for: .milliseconds(20))
            let time = ContinuousClock.now - start
            try lock.script("COMMIT", deadline: .seconds(5))
            let statuses = try waiting.map { try $0.receive().status }
            guard time > .milliseconds(300), attempt < 10 else {
                #expect(refused.status == 503)
                #expect(statuses == [200, 200, 200], "\(time)")
                return
            }
        }
    }
}
