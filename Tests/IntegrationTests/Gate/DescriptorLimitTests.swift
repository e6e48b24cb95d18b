import TestSupport
import Testing

/// A worker without free descriptors.
@Suite struct DescriptorLimitTests {
    @Test func `without free descriptors accepting pauses, and resumes afterwards`() throws {
        let folder = try TestFolder()
        let (server, database) = try SharedServers.newDatabase()
        let gate = try GateProcess(in: folder, server: server, database: database, workers: 1)
        let token = try gate.signIn("ann")
        #expect(try gate.check(token) == 200)
        let request =
            [FastCGIRecord.begin(keepsConnection: true)]
            + FastCGIRecord.params(GateProcess.parameters("GET", "/auth/me", [GateProcess.bearer(token)]))
            + FastCGIRecord.stdin([])
        let held = try FastCGIClient(gate.endpoint)
        try held.send(request)
        #expect(try held.receive().status == 200)

        let worker = try #require(try gate.workers.first)
        let highest = try #require(ProcessInspector(worker).descriptors.keys.max())
        try ServerProcess.output("prlimit", ["--pid", "\(worker)", "--nofile=\(highest + 6):"])
        var others = try (0..<40).map { _ in try FastCGIClient(gate.endpoint) }
        try gate.waitForLog(containing: "accepting connections failed, retrying: accept4")
        for _ in 0..<20 {
            try held.send(request)
            #expect(try held.receive().status == 200)
            sleepThread(for: .milliseconds(20))
        }
        // The worker waits instead of retrying continuously.
        let before = ProcessInspector(worker).processorTime
        sleepThread(for: .milliseconds(500))
        let after = ProcessInspector(worker).processorTime
        #expect(try #require(after) - #require(before) < .milliseconds(150))
        #expect(gate.lines(with: "accepting connections failed") == 1)

        others.removeAll()
        try eventually("checks are answered again", within: .seconds(3)) {
            (try? gate.check(token, timeout: .seconds(1))) == 200
        }
        for _ in 0..<50 { #expect(try gate.check(token) == 200) }
        try held.send(request)
        #expect(try held.receive().status == 200)
        #expect(gate.lines(with: "accepting connections failed") == 1)
        #expect(try gate.workers == [worker])
    }
}
