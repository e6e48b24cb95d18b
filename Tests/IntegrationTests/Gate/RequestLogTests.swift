import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// Which request a log line is about, and the forms of the log.
@Suite(.leavesCleanLogs) struct RequestLogTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let span = "00f067aa0ba902b7"

    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let database: String

    init() throws {
        folder = try TestFolder()
        (server, database) = try SharedServers.newDatabase()
    }

    private func gate(_ environment: [String: String], arguments: [String] = []) throws -> GateProcess {
        try GateProcess(
            in: folder, server: server, database: database, workers: 1, environment: environment, arguments: arguments)
    }

    private func parameters(_ id: String) -> [(String, String)] {
        [("AUTH_REQUEST_ID", id), ("HTTP_TRACEPARENT", "00-\(Self.trace)-\(Self.span)-01")]
    }

    @Test func `every line about a request has its id and its trace, and no other line has`() throws {
        let gate = try gate(["LOG_LEVEL": "debug"])
        let password = "correct horse battery"
        RunRecord.note(secret: password)
        try gate.addUser("ann", password: password)
        let body = #"{"username":"ann","password":"\#(password)"}"#
        let answer = try gate.logIn(body, parameters: parameters("request-1"))
        let token = try #require(try object(answer)["token"]?.text)
        RunRecord.note(secret: token)
        _ = try gate.logIn(#"{"username":"ann","password":"wrong"}"#, parameters: parameters("request-2"))
        let check = [GateProcess.bearer(token), ("AUTH_REQUIRE", "group admin")]
        #expect(try gate.ask("GET", "/auth/verify", parameters: parameters("request-3") + check).status == 403)
        let nonsense = [GateProcess.bearer(token), ("AUTH_REQUIRE", "a, b")]
        #expect(try gate.ask("GET", "/auth/verify", parameters: parameters("request-4") + nonsense).status == 503)
        let logout = try gate.ask("POST", "/auth/logout", parameters: parameters("request-5") + check.prefix(1))
        #expect(logout.status == 204)
        #expect(try gate.ask("GET", "/auth/verify", parameters: parameters("request-6") + check).status == 401)
        #expect(try gate.check(token) == 401)

        let messages = [
            "login", "login refused", "access refused", "AUTH_REQUIRE is not understood", "logout", "check refused",
        ]
        for (index, message) in messages.enumerated() {
            let id = "request_id=request-\(index + 1) "
            try eventually("the line of request \(index + 1)", log: gate.log) { gate.lines(with: id) > 0 }
            let lines = gate.log.split(separator: "\n").filter { $0.contains(id) }
            #expect(lines.contains { $0.contains(": \(message)") }, "\(lines)")
            #expect(lines.allSatisfy { $0.contains(" trace_id=\(Self.trace)") }, "\(lines)")
            #expect(lines.allSatisfy { $0.contains(" span_id=\(Self.span) ") }, "\(lines)")
        }
        // A request without ids, and what belongs to no request.
        try eventually("the last check is logged", log: gate.log) { gate.lines(with: "check refused") == 2 }
        let others = gate.log.split(separator: "\n").filter { !$0.contains(" request_id=request-") }
        #expect(others.count { $0.contains("check refused") } == 1)
        #expect(others.allSatisfy { !$0.contains("request_id=") && !$0.contains("trace_id=") })
    }

    @Test func `over HTTP too each line about a request has its id and its trace`() throws {
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1, environment: ["LOG_LEVEL": "debug"],
            listensForHTTP: true)
        let headers = [
            ("X-Request-ID", "over-http"), ("traceparent", "00-\(Self.trace)-\(Self.span)-01"),
            ("Content-Type", "application/json"),
        ]
        let client = HTTPClient(.unix(gate.httpSocketPath), keepsAlive: true)
        #expect(try client.get("/auth/verify", headers: headers).status == 401)
        let body = Array(#"{"username":"nobody","password":"wrong"}"#.utf8)
        #expect(try client.request("POST", "/auth/login", headers: headers, body: body).status == 401)
        for message in ["check refused", "login refused"] {
            try gate.waitForLog(containing: ": \(message) ")
            let line = try #require(gate.log.split(separator: "\n").first { $0.contains(": \(message) ") })
            let fields = try LogLine(line)
            #expect(fields["request_id"] == "over-http" && fields["trace_id"] == Self.trace, "\(line)")
            #expect(fields["span_id"] == Self.span, "\(line)")
        }
        // The next request on the connection has none of them.
        #expect(try client.get("/auth/verify").status == 401 && client.connectionCount == 1)
        try eventually("it is logged", log: gate.log) { gate.lines(with: ": check refused ") == 2 }
        let last = gate.log.split(separator: "\n").last { $0.contains(": check refused ") }
        #expect(last?.contains("request_id=") == false && last?.contains("trace_id=") == false, "\(gate.log)")
    }

    @Test func `with LOG_FORMAT=json each line of the program is an object with the fields of the text`() throws {
        let gate = try gate(["LOG_FORMAT": "json"])
        try gate.addUser("ann", password: "correct horse battery")
        _ = try gate.logIn(#"{"username":"ann","password":"wrong"}"#, parameters: parameters("request-1"))
        try gate.waitForLog(containing: #""event":"login""#)
        try gate.stop()
        let lines = gate.log.split(separator: "\n")
        let objects = try lines.map { try JSONDecoder().decode([String: String].self, from: Data($0.utf8)) }
        #expect(objects.count > 3)
        for object in objects {
            let time = object["time"] ?? "none"
            #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(object)")
            #expect(object["level"] != nil && object["event"] != nil && object["message"]?.isEmpty == false)
        }
        let login = try #require(objects.first { $0["event"] == "login" })
        #expect(login["level"] == "notice" && login["message"] == "login refused" && login["outcome"] == "refused")
        #expect(login["reason"] == "wrong password" && login["request_id"] == "request-1")
        #expect(login["trace_id"] == Self.trace && login["worker"] == "0")
        #expect(objects.contains { $0["event"] == "log" && $0["message"]?.hasPrefix("shut down after") == true })
    }

    @Test func `with LOG_FORMAT=json the reasons why the program cannot start are objects too`() throws {
        func refused(_ environment: [String: String], _ arguments: String...) throws -> [[String: String]] {
            let result = try ServerProcess.run(
                GateProcess.executable, ["serve"] + arguments,
                environment: ["DATABASE_URL": server.url(database: database)].merging(environment) { $1 })
            #expect(result.status == .code(78) && result.output.isEmpty, "\(result)")
            return try result.errors.split(separator: "\n").map {
                try JSONDecoder().decode([String: String].self, from: Data($0.utf8))
            }
        }
        let wrong = try refused(["LOG_FORMAT": "json", "WORKERS": "many", "SESSION_LIFETIME": "long"])
        #expect(wrong.count == 2 && wrong.allSatisfy { $0["level"] == "critical" && $0["time"] != nil }, "\(wrong)")
        #expect(wrong.first?["message"]?.contains("WORKERS (environment) is \"many\"") == true, "\(wrong)")
        let socket = try refused([:], "--log-format", "json", "--listen", "unix:\(folder.path("none/gate.sock"))")
        #expect(socket.count == 1 && socket[0]["message"]?.contains("does not exist") == true, "\(socket)")
        let file = try folder.write("form", "AUTHFCGI_LOG_FORMAT=json\nAUTHFCGI_LISTEN=nowhere\n")
        #expect(try refused([:], "--env-file", file).count == 1)
    }

    @Test func `LOG_FORMAT changes with a reload`() throws {
        let file = try folder.write("settings", "LOG_FORMAT=text\n")
        let gate = try gate([:], arguments: ["--env-file", file])
        #expect(gate.log.contains("Z INFO: authfcgi "))
        _ = try folder.write("settings", "LOG_FORMAT=json\n")
        try gate.send(SIGHUP)
        try gate.waitForLog(containing: #""message":"reload complete: all workers use the new settings"}"#)
    }

    @Test func `the journal records times itself, and a file does not`() throws {
        let gate = try gate([:])
        #expect(gate.log.split(separator: "\n").allSatisfy { $0.first?.isNumber == true }, "\(gate.log)")
        let file = try folder.write("journal.log", "")
        var status = stat()
        let isThere = unsafe lstat(file, &status) == 0
        #expect(isThere)
        let journal = try GateProcess(
            in: folder, name: "journal", server: server, database: database, workers: 1,
            environment: ["JOURNAL_STREAM": "\(status.st_dev):\(status.st_ino)"])
        let lines = journal.log.split(separator: "\n")
        #expect(!lines.isEmpty && lines.allSatisfy { $0.first?.isLetter == true }, "\(lines)")
    }

    @Test func `an outage is one condition that begins and ends, with how long it has lasted`() throws {
        let redis = try RedisServer(in: folder)
        let gate = try gate(["REDIS_URL": redis.url])
        try gate.waitForLog(containing: "Connected to Redis")
        try redis.stop()
        try gate.waitForLog(containing: " condition=redis_unavailable state=begins ")
        try redis.start()
        try gate.waitForLog(containing: "Connected to Redis for session storage condition=redis_unavailable redis=")
        let end = try #require(gate.log.split(separator: "\n").last { $0.contains(" condition=redis_unavailable ") })
        let seconds = try LogLine(end)["seconds"].flatMap { Double($0) }
        #expect(seconds.map { $0 > 0 && $0 < 60 } == true && end.contains(" state=ends "), "\(end)")
    }
}
