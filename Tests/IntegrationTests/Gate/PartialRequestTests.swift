import TestSupport
import Testing

/// Requests over HTTP of which a part has arrived.
@Suite struct PartialRequestTests {
    @Test func `parts of requests cost no thread and hold nobody up, and are answered 408 after five seconds`() throws {
        let folder = try TestFolder()
        let (server, database) = try SharedServers.newDatabase()
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1, listensForHTTP: true)
        let token = try gate.signIn("ann")
        let endpoint = Endpoint.unix(gate.httpSocketPath)
        let kept = HTTPClient(endpoint, keepsAlive: true)
        func check() throws -> Int {
            try kept.get("/auth/verify", headers: [("Authorization", "Bearer \(token)")]).status
        }
        #expect(try check() == 200)

        let start = "POST /auth/login HTTP/1.1\r\nHost: a\r\n"
        let parts = [
            "GET /auth/ver", "\(start)Cook", "\(start)Content-Length: 80\r\n\r\n{",
            "\(start)Transfer-Encoding: chunked\r\n\r\n50\r\n{",
            "\(start)Expect: 100-continue\r\nContent-Length: 80\r\n\r\n",
        ]
        let begun = ContinuousClock.now
        let clients = try (0..<300).map { number in
            let client = HTTPClient(endpoint, keepsAlive: true)
            try client.send(Array(parts[number % parts.count].utf8))
            return client
        }
        // One byte more every 200 ms: it gets them no more time.
        for _ in 0..<15 {
            for client in clients.prefix(20) { try client.send([UInt8(ascii: "a")]) }
            for _ in 0..<20 { #expect(try check() == 200) }
            sleepThread(for: .milliseconds(200))
        }
        let threads = ProcessInspector(try #require(try gate.workers.first)).threadNames
        #expect(threads.count < 50, "\(threads)")
        for client in clients {
            let answer = try client.receive()
            #expect(answer?.status == 408 && answer?.headers["Connection"] == "close")
        }
        // Deadlines are looked at four times a second; the rest is for a machine that is busy.
        let time = ContinuousClock.now - begun
        #expect(time > .seconds(4.5) && time < .seconds(15), "\(time)")
        #expect(try check() == 200 && kept.connectionCount == 1)
    }
}
