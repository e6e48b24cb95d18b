import Glibc
import TestSupport
import Testing

/// Kept connections over HTTP, as many as busy fronts leave idle.
@Suite struct IdleConnectionTests {
    /// Raises this process's limit of open descriptors as far as it may.
    private static func raiseLimit() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        limit.rlim_cur = min(limit.rlim_max, 65_536)
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(limit.rlim_cur)
    }

    @Test func `10,000 idle connections are kept, in little memory`() throws {
        let count = 10_000
        try #require(Self.raiseLimit() > count + 1000, "the limit of open descriptors is too low for this test")
        let folder = try TestFolder()
        let (server, database) = try SharedServers.newDatabase()
        let path = folder.path("http")
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1,
            environment: ["LISTEN": "unix:\(folder.path("gate.sock")),http:unix:\(path)"])
        let token = try gate.signIn("ann")
        let worker = ProcessInspector(try #require(try gate.workers.first))
        func check(_ client: HTTPClient) throws -> Int {
            try client.get("/auth/verify", headers: [("Authorization", "Bearer \(token)")]).status
        }
        var clients: [HTTPClient] = []
        for _ in 0..<count {
            let client = HTTPClient(.unix(path), keepsAlive: true)
            if try check(client) == 200 { clients.append(client) }
        }
        #expect(clients.count == count)
        // The memory in which the worker has measured the speed of hashing is given back after 10 s.
        try eventually("10,000 connections take less than 20 MB", within: .seconds(30), log: gate.log) {
            try #require(worker.residentAnonymousBytes) < 20_000_000
        }
        // All of them still are.
        for client in clients { #expect(try check(client) == 200) }
        #expect(clients.allSatisfy { $0.connectionCount == 1 })
        #expect(!gate.log.contains("connection limit"))
    }

    @Test func `at the limit those that are idle for the longest time make room`() throws {
        let folder = try TestFolder()
        let (server, database) = try SharedServers.newDatabase()
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1, listensForHTTP: true)
        let token = try gate.signIn("ann")
        // A worker has the limit of the process that starts it. All but 64 of its descriptors are for connections.
        let limit = 128
        try ServerProcess.output("prlimit", ["--pid", "\(gate.supervisor)", "--nofile=\(limit + 64):\(limit + 64)"])
        let first = try gate.workers
        for worker in first { kill(worker, SIGKILL) }
        try eventually("a worker with few descriptors is there", log: gate.log) {
            let workers = try gate.workers
            return workers.count == 1 && workers != first
        }
        try gate.waitUntilReady()

        let clients = (0..<limit + 32).map { _ in HTTPClient(.unix(gate.httpSocketPath), keepsAlive: true) }
        func check(_ client: HTTPClient) throws -> Int {
            try client.get("/auth/verify", headers: [("Authorization", "Bearer \(token)")]).status
        }
        for client in clients.prefix(100) { #expect(try check(client) == 200) }
        // It was used since, and others are idle for longer.
        #expect(try check(clients[0]) == 200)
        for client in clients.dropFirst(100) { #expect(try check(client) == 200) }
        for client in clients[1...32] { #expect(try client.isClosedByServer(within: .seconds(5))) }
        for client in [clients[0]] + clients.suffix(limit - 8) { #expect(try check(client) == 200) }
        #expect(([clients[0]] + clients.suffix(limit - 8)).allSatisfy { $0.connectionCount == 1 })
        #expect(!gate.log.contains("connection limit"))
    }

    @Test func `kept connections are spread over the workers`() throws {
        let folder = try TestFolder()
        let (server, database) = try SharedServers.newDatabase()
        let path = folder.path("http")
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 2,
            environment: ["LISTEN": "unix:\(folder.path("gate.sock")),http:unix:\(path)"])
        let workers = try gate.workers.map { ProcessInspector($0) }
        let before = workers.map(\.descriptorCount)
        var clients: [HTTPClient] = []
        for _ in 0..<40 {
            let client = HTTPClient(.unix(path), keepsAlive: true)
            #expect(try client.get("/healthz").status == 200)
            clients.append(client)
        }
        let connections = zip(workers, before).map { $0.descriptorCount - $1 }
        #expect(connections.allSatisfy { $0 >= 10 }, "\(connections)")
        withExtendedLifetime(clients) {}
    }
}
