import TestSupport
import Testing

/// The cost of a scrape. Runs without other tests that use the processor.
@Suite struct MetricsSpeedTests {
    @Test func `a scrape of four workers takes less than 5 ms`() throws {
        let folder = try TestFolder()
        let (server, database) = try SharedServers.newDatabase()
        let path = folder.path("metrics.sock")
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 4, environment: ["METRICS_LISTEN": "unix:\(path)"])
        let token = try gate.signIn("ann")
        for _ in 0..<100 { #expect(try gate.check(token) == 200) }
        let client = HTTPClient(.unix(path), keepsAlive: true)
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
}
