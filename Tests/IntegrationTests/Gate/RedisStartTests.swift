import Glibc
import TestSupport
import Testing

/// Log lines about the store in use and its changes. Operators search for these texts.
@Suite struct RedisStartTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String
    private let folder: TestFolder

    private static let connected = "INFO: ✓ Connected to Redis for session storage"
    private static let failed = "WARNING: Failed to connect to Redis: "
    private static let fallback = "INFO: Using database for session storage"
    private static let workers = 2

    init() throws {
        (server, database) = try SharedServers.newDatabase()
        folder = try TestFolder()
    }

    private func gate(
        _ redisURL: String, _ environment: [String: String] = [:], arguments: [String] = []
    ) throws -> GateProcess {
        try GateProcess(
            in: folder, server: server, database: database, workers: Self.workers,
            environment: ["REDIS_URL": redisURL].merging(environment) { $1 }, arguments: arguments)
    }

    private func lines(_ gate: GateProcess, with text: String) -> [Substring] {
        gate.log.split(separator: "\n").filter { $0.contains(text) }
    }

    /// Waits until each worker has logged a text the given number of times, and expects that none has logged it more
    /// often.
    private func expect(
        _ gate: GateProcess, connected: Int = 0, failed: Int = 0, within duration: Duration = .seconds(5),
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let wanted = [connected, failed, failed].map { $0 * Self.workers }
        func found() -> [Int] {
            [Self.connected, Self.failed, Self.fallback].map { lines(gate, with: $0).count }
        }
        try eventually("each worker has said it", within: duration, log: gate.log) { found() == wanted }
        for worker in 0..<Self.workers {
            #expect(
                lines(gate, with: Self.connected).count { $0.hasSuffix(" worker=\(worker)") } == connected,
                "\(gate.log)", sourceLocation: sourceLocation)
        }
    }

    @Test func `with Redis each worker logs its connection once, and readyz names both stores`() throws {
        let redis = try RedisServer(in: folder)
        let gate = try gate(redis.url)
        try expect(gate, connected: 1)
        #expect(lines(gate, with: Self.connected)[0].contains(" redis=unix:\(redis.socket) "))
        #expect(try gate.ask("GET", "/readyz").text == #"{"status":"ready","stores":["redis","postgresql"]}"# + "\n")
        let token = try gate.signIn("ann")
        for _ in 0..<100 { #expect(try gate.check(token) == 200) }
        #expect(try redis.command("DBSIZE") == "1")
        try expect(gate, connected: 1)
        #expect(try gate.stop() == .code(0))
        let counts = gate.counts
        #expect(["from_memory", "from_redis", "look_ups"].compactMap { counts[$0] }.reduce(0, +) == 100, "\(counts)")
    }

    @Test func `one worker queries PostgreSQL, and the others get the session from Redis`() throws {
        let redis = try RedisServer(in: folder)
        let gate = try gate(redis.url, ["SESSION_CACHE_ENTRIES": "0"])
        try expect(gate, connected: 1)
        let token = try gate.signIn("ann")
        #expect(try gate.check(token) == 200)
        try eventually("Redis has it", within: .seconds(1)) { try redis.command("DBSIZE") == "1" }
        for _ in 0..<99 { #expect(try gate.check(token) == 200) }
        #expect(try gate.stop() == .code(0))
        // On a busy machine Redis may miss its deadline occasionally.
        let counts = gate.counts
        #expect(try #require(counts["from_redis"]) >= 90, "\(counts)")
        #expect(counts["from_memory"] == 0)
    }

    @Test(arguments: [true, false])
    func `without Redis each worker logs the reason and works, and logs the connection once`(byTCP: Bool) throws {
        let port = byTCP ? try Endpoint.freePort() : nil
        let absent = folder.path("redis/redis.sock")
        let gate = try gate(port.map { "redis://127.0.0.1:\($0)" } ?? "unix://\(absent)")
        try expect(gate, failed: 1)
        let reason = byTCP ? "Connection refused" : "No such file or directory"
        #expect(lines(gate, with: Self.failed).allSatisfy { $0.contains(reason) })
        #expect(try gate.ask("GET", "/readyz").text == #"{"status":"ready","stores":["postgresql"]}"# + "\n")
        let token = try gate.signIn("ann")
        #expect(try gate.check(token) == 200)
        let redis = try RedisServer(in: folder, tcpPort: port)
        let started = ContinuousClock.now
        try expect(gate, connected: 1, failed: 1, within: .seconds(2))
        print("Redis has come: in use after \(ContinuousClock.now - started)")
        for _ in 0..<20 { #expect(try gate.stores == ["redis", "postgresql"]) }
        redis.kill()
        try expect(gate, connected: 1, failed: 2)
    }

    @Test func `a thousand checks without Redis add no log line`() throws {
        let redis = try RedisServer(in: folder)
        let gate = try gate(redis.url)
        try expect(gate, connected: 1)
        let (token, started) = (try gate.signIn("ann"), try gate.workers)
        for round in 1...2 {
            redis.kill()
            try expect(gate, connected: round, failed: round)
            let log = gate.log
            let load = CheckLoad(threads: 4) { _ in try gate.check(token) }
            try load.waitForAnswers(1000)
            let report = load.stop()
            #expect(report.failures == [:] && Set(report.statuses.keys) == [200], "\(report)")
            #expect(gate.log == log)
            try redis.start()
            try expect(gate, connected: round + 1, failed: round, within: .seconds(2))
        }
        #expect(try gate.workers == started)
    }

    /// The exact text of the documentation.
    @Test func `after a stop of Redis the log has "database for session"`() throws {
        let redis = try RedisServer(in: folder)
        let gate = try gate(redis.url)
        try expect(gate, connected: 1)
        func grep() throws -> CommandResult {
            try ServerProcess.run(
                "sh", ["-c", #"cat gate.log | grep -i "database for session""#], workingFolder: folder.path)
        }
        #expect(try grep().status == .code(1))
        try redis.stop()
        try eventually("it is found", within: .seconds(2), log: gate.log) { try grep().status.isSuccess }
        try expect(gate, connected: 1, failed: 1)
        for _ in 0..<20 { #expect(try gate.stores == ["postgresql"]) }
    }

    @Test func `no log has a password or a token, at any log level`() throws {
        let redis = try RedisServer(
            in: folder, settings: ["requirepass": "hunter2-redis"], tcpPort: Endpoint.freePort())
        let port = try #require(redis.tcpPort)
        let gate = try gate("redis://:hunter2-redis@127.0.0.1:\(port)/1", ["LOG_LEVEL": "trace"])
        try gate.addUser("ann", password: "hunter2-ann")
        try expect(gate, connected: 1)
        let answer = try gate.logIn("ann", "hunter2-ann")
        let (token, ended) = (try #require(answer.json?["token"], "\(answer)"), try gate.signIn("bob"))
        for token in [token, ended] { for _ in 0..<10 { #expect(try gate.check(token) == 200) } }
        #expect(try gate.logOut(ended).status == 204)
        try gate.expectRefusal(of: ended, endedAt: .now)
        try redis.stop()
        try expect(gate, connected: 1, failed: 1)
        #expect(try gate.check(token) == 200)
        try redis.start()
        try expect(gate, connected: 2, failed: 1)
        try redis.command("CONFIG", "SET", "requirepass", "hunter2-other")
        try redis.command("CLIENT", "KILL", "TYPE", "normal", password: "hunter2-other")
        try expect(gate, connected: 2, failed: 2)
        #expect(lines(gate, with: Self.failed).contains { $0.contains("WRONGPASS") })
        #expect(try gate.check(token) == 200)
        #expect(try gate.stop() == .code(0))
        for secret in ["hunter2", token, ended, "afs_"] { #expect(!gate.log.contains(secret)) }
    }

    @Test func `SIGHUP applies another REDIS_URL or none, and keeps the old one if it is invalid`() throws {
        let one = try RedisServer(in: folder, name: "one")
        let two = try RedisServer(in: folder, name: "two")
        let settings = try folder.write("settings", "REDIS_URL=\(one.url)\n")
        let gate = try gate("", arguments: ["--env-file", settings])
        try expect(gate, connected: 1)
        let token = try gate.signIn("ann")
        for _ in 0..<10 { #expect(try gate.check(token) == 200) }
        #expect(try one.command("DBSIZE") == "1")

        try folder.write("settings", "REDIS_URL=redis://:hunter2@two:port\n")
        try gate.send(SIGHUP)
        try gate.waitForLog(containing: "reload failed: keeping the current settings")
        try gate.waitForLog(containing: "REDIS_URL (")
        #expect(!gate.log.contains("hunter2"))
        for _ in 0..<10 { #expect(try gate.stores == ["redis", "postgresql"]) }

        try folder.write("settings", "REDIS_URL=\(two.url)\n")
        try gate.send(SIGHUP)
        try gate.waitForLog(containing: "reload complete: all workers use the new settings")
        try eventually("the new workers are connected", log: gate.log) {
            lines(gate, with: Self.connected).count { $0.contains(two.socket) } == Self.workers
        }
        for _ in 0..<10 { #expect(try gate.check(token) == 200) }
        try eventually("the new one has it", within: .seconds(1)) { try two.command("DBSIZE") == "1" }
        // The old workers may have requests in flight.
        try eventually("the old workers have ended") { try gate.workers.count == Self.workers }
        one.kill()
        for _ in 0..<20 { #expect(try gate.stores == ["redis", "postgresql"]) }
        #expect(lines(gate, with: Self.failed) == [])

        try folder.write("settings", "REDIS_URL=\n")
        try gate.send(SIGHUP)
        try eventually("all workers use the new settings again", log: gate.log) {
            gate.lines(with: "reload complete: all workers use the new settings") == 2
        }
        for _ in 0..<20 { #expect(try gate.stores == ["postgresql"]) }
        #expect(lines(gate, with: Self.fallback).count == Self.workers)
        #expect(try gate.check(token) == 200)
    }

    @Test func `commands need no Redis, and their revocations take effect without it`() throws {
        let redis = try RedisServer(in: folder)
        let gate = try gate(redis.url)
        try expect(gate, connected: 1)
        for url in ["unix://\(folder.path("none.sock"))", "redis://:hunter2@127.0.0.1:1", redis.url] {
            let environment = ["REDIS_URL": url]
            func command(_ words: String, input: String? = nil) throws -> String {
                let result = try run(
                    words.split(separator: " ").map(String.init), environment: environment, input: input)
                #expect(result.status.isSuccess, "\(words): \(result)")
                #expect(!result.errors.contains("Redis") && !result.errors.contains("hunter2"), "\(result.errors)")
                return result.output
            }
            _ = try command("migrate")
            _ = try command("user add ann-\(url.utf8.count) --allow-weak", input: "correct horse")
            let token = String(try command("session create --new-user --user carol").dropLast())
            for _ in 0..<10 { #expect(try gate.check(token) == 200) }
            #expect(try command("session list --user carol --json").contains("command line"))
            #expect(try command("session count").contains("1"))
            _ = try command("session revoke --user carol")
            try gate.expectRefusal(of: token, endedAt: .now)
            _ = try command("cleanup")
        }
        // The commands have not notified Redis of the ends, and the workers did not accept its entries.
        #expect(try redis.command("DBSIZE") == "3")
    }
}
