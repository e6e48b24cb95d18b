import FoundationEssentials
import TestSupport
import Testing

/// `authfcgi status`, beside the gate that it asks.
@Suite struct StatusCommandTests {
    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let database: String

    init() throws {
        folder = try TestFolder()
        (server, database) = try SharedServers.newDatabase()
    }

    private func status(of gate: GateProcess, _ arguments: String...) throws -> CommandResult {
        try ServerProcess.run(
            GateProcess.executable, ["status"] + arguments, environment: ["LISTEN": "unix:\(gate.socketPath)"])
    }

    @Test func `one screen of 80 columns shows what a gate does`() throws {
        let gate = try GateProcess(in: folder, server: server, database: database)
        let token = try gate.signIn("ann")
        for _ in 0..<20 { #expect(try gate.check(token) == 200) }
        let result = try status(of: gate)
        #expect(result.status.isSuccess && result.errors.isEmpty, "\(result)")
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        for line in lines { #expect(line.count <= 80, "\(line)") }
        #expect(lines.count <= 25)
        #expect(lines[0].hasPrefix("authfcgi ") && lines[0].hasSuffix("; 2 of 2 workers serving"), "\(result.output)")
        #expect(result.output.contains("\nlease       2 of 2 workers; a revocation is heard within "))
        #expect(result.output.contains("\nPostgreSQL  answers 2 of 2 workers; "))
        #expect(result.output.contains("\nNothing was wrong in the last day.\n"))
        // Latencies since the start, as there was no check meanwhile.
        let median = try #require(lines.first { $0.hasPrefix("p50 ") })
        #expect(median.contains("ms"))
    }

    @Test func `--json is one object with all numbers`() throws {
        let gate = try GateProcess(in: folder, server: server, database: database)
        #expect(try gate.check(nil) == 401)
        let result = try status(of: gate, "--json")
        struct Shown: Decodable {
            struct Worker: Decodable {
                let number: Int
                let pid: Int32
                let state: String
            }
            let workers: [Worker]
            let counters: [String: Int]
            let checks_per_second: [String: Double]
            let interval_seconds: Double
        }
        let shown = try JSONDecoder().decode(Shown.self, from: Data(result.output.utf8))
        #expect(shown.workers.map(\.number) == [0, 1])
        #expect(try shown.workers.map(\.pid).sorted() == gate.workers)
        #expect(shown.workers.allSatisfy { $0.state == "serving" })
        #expect(shown.counters[#"checks_total{outcome="refused"}"#] == 1)
        #expect(Set(shown.checks_per_second.keys) == ["accepted", "refused", "forbidden", "undecided"])
        #expect(shown.interval_seconds > 0.9)
    }

    @Test func `what was wrong lately is named`() throws {
        let proxyFolder = try folder.makeFolder("proxy")
        let proxy = try SocketProxy(before: server, socketFolder: proxyFolder)
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1,
            environment: ["DATABASE_URL": server.url(database: database, through: proxyFolder)])
        let token = try gate.signIn("ann")
        proxy.refuse()
        proxy.cut()
        try eventually("the store cannot tell", within: .seconds(10)) { try gate.check(token) == 503 }
        let result = try status(of: gate)
        #expect(result.output.contains("\nwrong lately\n"), "\(result)")
        #expect(result.output.contains(" checks answered 503 since the start\n"))
        #expect(result.output.contains(" lost connections to PostgreSQL since the start\n"))
        #expect(result.output.contains("\nPostgreSQL  answers 0 of 1 workers"))
    }

    @Test func `a gate that does not answer is named, with the reason`() throws {
        let result = try ServerProcess.run(
            GateProcess.executable, ["status", "--listen", "unix:\(folder.path("none"))"])
        #expect(result.status == .code(1) && result.output.isEmpty)
        #expect(result.errors.contains("none does not answer: "), "\(result)")
        let wrong = try ServerProcess.run(GateProcess.executable, ["status", "--listen", "/run/gate.sock"])
        #expect(wrong.status == .code(78))
    }

    @Test func `--watch refreshes a terminal in place, and waits for a gate that is away`() throws {
        let gate = try GateProcess(in: folder, server: server, database: database)
        let terminal = try PseudoTerminal()
        let process = try ServerProcess(
            GateProcess.executable, ["status", "--watch", "--interval", "200ms"],
            environment: ["LISTEN": "unix:\(gate.socketPath)"], logFile: folder.path("status.log"),
            descriptors: [1: terminal.screen.number])
        var shown = ""
        try eventually("three screens", within: .seconds(20)) {
            shown += try terminal.shown()
            return shown.ranges(of: "\u{1b}[H").count >= 3
        }
        #expect(shown.hasPrefix("\u{1b}[2J\u{1b}[H"))
        #expect(shown.ranges(of: "\u{1b}[2J").count == 1, "the screen is cleared once")
        #expect(shown.contains("2 of 2 workers serving\u{1b}[K\n"))
        try gate.stop()
        shown = ""
        try eventually("it is silent for seconds", within: .seconds(20)) {
            shown += try terminal.shown()
            return shown.contains("\u{1b}[HNo answer for 1s: ")
        }
        #expect(shown.contains("2 of 2 workers serving\u{1b}[K\n"), "the last answer stays")
        let next = try GateProcess(in: folder, server: server, database: database, workers: 1)
        shown = ""
        try eventually("it answers again", within: .seconds(20)) {
            shown += try terminal.shown()
            return shown.contains("\u{1b}[Hauthfcgi ") && shown.contains("1 of 1 workers serving\u{1b}[K\n")
        }
        try process.requireRunning()
        try next.stop()
    }

    /// A real terminal of 80 columns and 24 lines.
    @Test func `in tmux the whole screen is seen, also while it is refreshed`() throws {
        let gate = try GateProcess(in: folder, server: server, database: database)
        let terminal = try Tmux(
            in: folder,
            command: "'\(try GateProcess.executable)' status --watch --interval 300ms --listen unix:\(gate.socketPath)")
        var lines: [String] = []
        for round in 1...2 {
            try eventually("screen \(round)", within: .seconds(20), every: .milliseconds(200)) {
                lines = try terminal.screen()
                return lines.first?.hasPrefix("authfcgi ") == true
                    && lines.contains { $0.hasPrefix("Nothing was wrong") }
            }
            sleepThread(for: .seconds(1))
        }
        #expect(try terminal.unbrokenScreen().allSatisfy { $0.count <= 80 })
        print(lines.joined(separator: "\n"))
        #expect(lines[0].hasSuffix("; 2 of 2 workers serving"))
        #expect(lines.count { $0.hasPrefix("authfcgi ") } == 1)
    }
}
