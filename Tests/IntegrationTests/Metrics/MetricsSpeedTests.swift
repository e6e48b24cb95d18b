import TestSupport
import Testing

/// The cost of a scrape. Runs without other tests that use the processor.
@Suite struct MetricsSpeedTests {
    private let metrics: Endpoint
    private let gate: GateProcess
    private let token: String

    init() throws {
        let folder = try TestFolder()
        let (server, database) = try SharedServers.newDatabase()
        let path = folder.path("metrics.sock")
        metrics = .unix(path)
        gate = try GateProcess(
            in: folder, server: server, database: database, workers: 4, environment: ["METRICS_LISTEN": "unix:\(path)"],
            listensForHTTP: true)
        token = try gate.signIn("ann")
    }

    @Test func `a scrape of four workers takes less than 5 ms`() throws {
        for _ in 0..<100 { #expect(try gate.check(token) == 200) }
        let client = HTTPClient(metrics, keepsAlive: true)
        var times: [Duration] = []
        for _ in 0..<100 {
            let start = ContinuousClock.now
            #expect(try client.get("/metrics").status == 200)
            times.append(ContinuousClock.now - start)
            sleepThread(for: .milliseconds(5))
        }
        times.sort()
        print("a scrape: median \(times[50]), 90 % within \(times[90])")
        #expect(times[90] < .milliseconds(5))
    }

    @Test func `scrapes, however many, delay no check`() throws {
        let alone = checks().finish()
        let load = checks()
        let client = HTTPClient(metrics, keepsAlive: true)
        var scrapes = 0
        while load.elapsed < Self.time {
            #expect(try client.get("/metrics").status == 200)
            scrapes += 1
            sleepThread(for: .milliseconds(10))
        }
        let beside = load.finish()
        print("checks alone: \(alone)\nbeside \(scrapes) scrapes: \(beside)")
        for report in [alone, beside] { #expect(report.errorCount == 0 && Set(report.statuses.keys) == [200]) }
        #expect(scrapes > 100)
        // A check that comes to a worker during a scrape waits for the rest of it.
        #expect(beside.p50 < alone.p50 + .milliseconds(1) && beside.p99 < alone.p99 + .milliseconds(5))
    }

    private static let time = Duration.seconds(3)

    /// Starts checks, some hundreds a second.
    private func checks() -> LoadGenerator {
        let headers = [bearer(token)]
        return LoadGenerator(
            .unix(gate.httpSocketPath), threads: 4, duration: Self.time, pause: .milliseconds(5)
        ) { _ in LoadRequest("GET", "/auth/verify", headers: headers) }
    }
}
