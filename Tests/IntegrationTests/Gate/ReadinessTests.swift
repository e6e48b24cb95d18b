import TestSupport
import Testing

/// `/readyz` names the stores that answer now, also in the first ten seconds of an outage.
@Suite struct ReadinessTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    enum Outage: CaseIterable { case stopped, frozen }

    @Test(arguments: Outage.allCases)
    func `a PostgreSQL that does not answer is not named, a second later, and then again`(outage: Outage) throws {
        let server = try PostgreSQLServer(in: folder)
        let redis = try RedisServer(in: folder)
        let gate = try GateProcess(in: folder, server: server, environment: ["REDIS_URL": redis.url])
        try gate.waitUntilEveryWorker("uses both") { try gate.stores == ["redis", "postgresql"] }
        switch outage {
        case .stopped: try server.stop()
        case .frozen: try server.pause()
        }
        let begun = ContinuousClock.now
        // A heartbeat every 0.25 s, which may take 0.7 s.
        try gate.waitUntilEveryWorker("has noticed", within: .seconds(3)) { try gate.stores == ["redis"] }
        print("\(outage): noticed after \(ContinuousClock.now - begun)")
        while ContinuousClock.now - begun < .seconds(4) {
            let stores = try gate.stores
            #expect(stores == ["redis"], "\(gate.log)")
        }
        if outage == .stopped { redis.kill() } else { try redis.pause() }
        try gate.waitUntilEveryWorker("has noticed", within: .seconds(3)) { try gate.stores == [] }
        switch outage {
        case .stopped: try server.start()
        case .frozen: server.resume()
        }
        try gate.waitUntilEveryWorker("has PostgreSQL again", within: .seconds(5)) { try gate.stores == ["postgresql"] }
    }
}
