import TestSupport
import Testing

/// What a worker allocates for a check that it answers from memory. The limit is for the release build, which `Tests/run` tests.
@Suite struct AllocationTests {
    /// The allocations of a check over HTTP: the exchange, the bytes of the request and of the response, and the positions of
    /// cookies, if there are any.
    private static let maximum = 4
    private static let checks = 2000

    private let folder: TestFolder
    private let counter: AllocationCounter
    private let gate: GateProcess
    private let token: String

    init() throws {
        folder = try TestFolder()
        counter = try AllocationCounter(in: folder)
        let (server, database) = try SharedServers.newDatabase()
        gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1, environment: counter.environment,
            listensForHTTP: true)
        token = try gate.signIn("ann", groups: ["staff"])
    }

    /// Returns the number of allocations for each check. The loop has other work too, such as heartbeats, which are far
    /// fewer than checks: of several rounds the one with the least of it counts, and the rest is rounded off.
    private func allocations(_ check: () throws -> Int?) throws -> Int {
        let worker = try #require(try gate.workers.first)
        var least = Int.max
        for _ in 0..<3 {
            let before = try counter.count(of: worker)
            let others = try (0..<Self.checks).count { _ in try check() != 200 }
            #expect(others == 0)
            least = try min(least, counter.count(of: worker) - before)
        }
        return least / Self.checks
    }

    @Test(arguments: [("Authorization", "Bearer "), ("Cookie", "__Host-session=")])
    func `a check allocates as little over HTTP as over FastCGI`(_ header: String, _ start: String) throws {
        let value = start + token
        let client = HTTPClient(.unix(gate.httpSocketPath), keepsAlive: true)
        let overHTTP = try allocations { try client.get("/auth/verify", headers: [(header, value)]).status }
        let overFastCGI = try allocations {
            try gate.ask("GET", "/auth/verify", parameters: [("HTTP_\(header.uppercased())", value)]).status
        }
        print("allocations of a check by \(header): \(overHTTP) over HTTP, \(overFastCGI) over FastCGI")
        #expect(client.connectionCount == 1)
        // Without the library nothing would be counted.
        #expect(overHTTP > 0 && overHTTP <= overFastCGI && overHTTP <= Self.maximum, "\(overHTTP), \(overFastCGI)")
    }
}
