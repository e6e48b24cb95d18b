import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// `deploy/local/up`, the start in two minutes.
@Suite(.leavesCleanLogs) struct LocalStartTests {
    @Test
    func `it starts two pods on which the documented commands work, and stops everything that it started`() throws {
        let folder = try TestFolder()
        let (first, last) = (try Endpoint.freePort(), try Endpoint.freePort())
        let up = try ServerProcess(
            Repository.path("deploy/local/up"), ["--no-install", "--ports", "\(first) \(last)"],
            environment: ["AUTHFCGI": GateProcess.executable, "LOCAL_DIR": folder.path("local")],
            logFile: folder.path("up.log"))
        try up.waitForLog(containing: "Ctrl-C stops everything.", within: .seconds(60))
        let started = Self.descendants(of: up.processIdentifier)
        #expect(started.filter { ProcessInspector($0).name == "nginx" }.count == 4)
        #expect(started.filter { ProcessInspector($0).name == "authfcgi" }.count >= 2)

        let text = try Self.run(
            """
            # Login and get token
            TOKEN=$(curl -X POST http://localhost:8001/auth/login \\
              -H "Content-Type: application/json" \\
              -d '{"username":"test","password":"test"}' | jq -r '.token')

            # Test from different pod (simulate load balancer)
            curl -H "Authorization: Bearer $TOKEN" http://localhost:8001/auth/me
            curl -H "Authorization: Bearer $TOKEN" http://localhost:8002/auth/me
            echo "$TOKEN"
            """, ports: (first, last))
        let lines = text.split(separator: "\n").map(String.init)
        let token = try #require(lines.last)
        #expect(token.hasPrefix("afs_"))
        RunRecord.note(secret: token)
        #expect(lines.count == 3)
        for line in lines.dropLast() {
            let me = try JSONDecoder().decode([String: JSONValue].self, from: Data(line.utf8))
            #expect(me["username"] == .text("test"))
            #expect(me["groups"] == .list(["demo"]))
        }

        for port in [first, last] {
            let client = HTTPClient(.tcp(port: port))
            #expect(try client.get("/api/").status == 401)
            let page = try client.get("/", headers: [bearer(token)])
            #expect(page.status == 200)
            #expect(page.text.contains("Remote-User    test\n"))
        }
        #expect(up.log.contains("Open http://localhost:\(first)/ in a browser: user test, password test."))
        try expectPage(at: first, token)
        let run = try BrowserRun(["first_minute"], BrowserSettings(site: "http://localhost:\(first)"), in: folder)
        #expect(try run.problems() == ["first_minute": ""])
        #expect(try HTTPClient(.tcp(port: last)).post("/auth/logout", "", headers: [bearer(token)]).status == 204)
        try expectRefused { try HTTPClient(.tcp(port: first)).get("/auth/me", headers: [bearer(token)]).status }

        #expect(try up.stop(within: .seconds(30)) == .code(0))
        try eventually("everything that it started is gone") { started.allSatisfy { !ProcessInspector($0).exists } }
        for port in [first, last] { #expect(!Endpoint.tcp(port: port).isListening) }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path("local/log")) {
            RunRecord.keep([name: folder.read("local/log/\(name)")])
        }
    }

    /// Expects that browsers get the demo page as HTML, in which nothing that a client sends is markup.
    private func expectPage(at port: UInt16, _ token: String) throws {
        let headers = [bearer(token), ("Accept", "text/html"), ("Cookie", "a=<b>\"'&")]
        let page = try HTTPClient(.tcp(port: port)).get("/?<b>", headers: headers)
        #expect(page.status == 200 && page.headers["Content-Type"] == "text/html; charset=utf-8")
        #expect(page.headers["Content-Security-Policy"]?.hasPrefix("default-src 'none'") == true)
        for text in [
            "Signed in as test<", "<dd>demo</dd>", "href=\"/auth/account\"", "href=\"/auth/logout\"", "a=&lt;b&gt;",
        ] {
            #expect(page.text.contains(text), "\(text)")
        }
        #expect(!page.text.contains("<b>") && !page.text.contains("afs_"))
    }

    @Test func `with --redis it starts a private Redis, and works after its loss`() throws {
        let folder = try TestFolder()
        let port = try Endpoint.freePort()
        let up = try ServerProcess(
            Repository.path("deploy/local/up"), ["--no-install", "--redis", "--ports", "\(port)"],
            environment: ["AUTHFCGI": GateProcess.executable, "LOCAL_DIR": folder.path("local")],
            logFile: folder.path("up.log"))
        try up.waitForLog(containing: "Ctrl-C stops everything.", within: .seconds(60))
        let started = Self.descendants(of: up.processIdentifier)
        let run = folder.read("local/run")
        let socket = "\(run)/redis.sock"
        #expect(try ServerProcess.output("stat", ["-c", "%a", run, socket]) == "700\n700\n")
        #expect(try Self.ask(socket, "CONFIG", "GET", "port") == "port\n0\n")
        #expect(try Self.ask(socket, "CONFIG", "GET", "save") == "save\n\n")
        let log = { folder.read("local/log/authfcgi-\(port).log") }
        #expect(log().contains("INFO: ✓ Connected to Redis for session storage"))
        #expect(log().contains("Redis in front of it (unix:\(socket))"), "\(log())")
        let client = HTTPClient(.tcp(port: port))
        func signIn() throws -> String {
            let login = try client.post("/auth/login", #"{"username":"test","password":"test"}"#)
            let answer = try JSONDecoder().decode([String: JSONValue].self, from: Data(login.body))
            guard case .text(let token) = answer["token"] else { throw SupportError.unexpected("no token", log: log()) }
            RunRecord.note(secret: token)
            #expect(try client.get("/auth/me", headers: [bearer(token)]).status == 200)
            return token
        }
        var token = try signIn()
        // Redis may miss its deadline on a busy machine, and that session is not written again.
        try eventually("a session is in Redis") {
            if try Self.ask(socket, "--scan").hasPrefix("authfcgi:") { return true }
            token = try signIn()
            return false
        }

        // The commands of the drill, as printed by the script.
        let drill = up.log.split(separator: "\n").map(String.init)
        let stop = try #require(drill.first { $0.hasPrefix("kill $(cat ") })
        let giveBack = try #require(drill.first { $0.hasPrefix("kill -USR1 ") })
        #expect(drill.contains { $0.contains("redis-cli -s \(socket) --scan") })
        #expect(drill.contains { $0.contains("redis-cli -s \(socket) monitor") })
        let first = try #require(started.first { ProcessInspector($0).name == "redis-server" })
        try ServerProcess.output("/bin/bash", ["-c", stop])
        try eventually("Redis is gone") { !ProcessInspector(first).exists }
        try eventually("the gate says so") { log().contains("INFO: Using database for session storage") }
        #expect(try client.get("/auth/me", headers: [bearer(token)]).status == 200)
        try ServerProcess.output("/bin/bash", ["-c", giveBack])
        try eventually("Redis is back") { Endpoint.unix(socket).isListening }
        try eventually("it is in use again") { log().components(separatedBy: "✓ Connected to Redis").count == 3 }

        let all = started + Self.descendants(of: up.processIdentifier)
        #expect(all.count > started.count)
        #expect(try up.stop(within: .seconds(30)) == .code(0))
        try eventually("everything that it started is gone") { all.allSatisfy { !ProcessInspector($0).exists } }
        #expect(!FileManager.default.fileExists(atPath: run))
    }

    @Test func `--redis and REDIS_URL together are refused`() throws {
        let result = try ServerProcess.run(
            Repository.path("deploy/local/up"), ["--redis"], environment: ["REDIS_URL": "redis://:secret@127.0.0.1"])
        #expect(result.status == .code(1))
        #expect(result.errors.contains("REDIS_URL names another") && !result.errors.contains("secret"))
    }

    /// Sends a command to a Redis on a unix socket with redis-cli.
    private static func ask(_ socket: String, _ command: String...) throws -> String {
        try ServerProcess.output("redis-cli", ["-e", "-s", socket] + command)
    }

    /// Runs a text with free ports instead of those that it names.
    private static func run(_ text: String, ports: (UInt16, UInt16)) throws -> String {
        let command = text.replacing(":8001/", with: ":\(ports.0)/").replacing(":8002/", with: ":\(ports.1)/")
        return try ServerProcess.output("/bin/bash", ["-c", command])
    }

    private static func descendants(of process: Int32) -> [Int32] {
        ProcessInspector(process).children.flatMap { [$0] + descendants(of: $0) }
    }
}
