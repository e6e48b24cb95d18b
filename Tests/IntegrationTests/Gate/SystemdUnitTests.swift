import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// The files of `deploy/systemd`, run as systemd runs them, without systemd.
@Suite struct SystemdUnitTests {
    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let database: String

    init() throws {
        folder = try TestFolder()
        (server, database) = try SharedServers.newDatabase()
    }

    private func file(_ name: String) throws -> String {
        try String(contentsOfFile: Repository.path("deploy/systemd/\(name)"), encoding: .utf8)
    }

    /// Returns the command of the unit's ExecStart, with this database in its settings file.
    private func command() throws -> [String] {
        let settings = try file("authfcgi.env")
        let url = try #require(settings.split(separator: "\n").first { $0.hasPrefix("DATABASE_URL=") })
        let filled = settings.replacing(url, with: "DATABASE_URL=\(server.url(database: database))")
        let path = try folder.write("authfcgi.env", filled)
        let line = try #require(file("authfcgi.service").split(separator: "\n").first { $0.hasPrefix("ExecStart=") })
        let words = line.dropFirst("ExecStart=".count).split(separator: " ").map(String.init)
        #expect(words.first == "/usr/local/bin/authfcgi")
        #expect(words.contains("/etc/authfcgi/authfcgi.env"))
        return try [GateProcess.executable] + words.dropFirst().map { $0.hasPrefix("/etc/") ? path : $0 }
    }

    private func token() throws -> String {
        try server.psql("SELECT create_access_token('ann')", database: database)
    }

    @Test func `systemd-analyze accepts the units`() throws {
        let names = ["authfcgi.service", "authfcgi.socket", "authfcgi-http.socket"]
        for name in names {
            let text = try file(name).replacing("/usr/local/bin/authfcgi", with: GateProcess.executable)
            try folder.write(name, text)
        }
        let result = try ServerProcess.run("systemd-analyze", ["verify"] + names.map { folder.path($0) })
        #expect(result.status == .code(0), "\(result)")
        #expect(result.output == "" && result.errors == "", "\(result)")
    }

    @Test func `the first connection to the socket starts the gate, and is answered`() throws {
        let path = folder.path("gate.sock")
        // Variables are passed on only if they are named.
        let variables = geteuid() == 0 ? ["--setenv=AUTHFCGI_USER=root"] : []
        let process = try ServerProcess(
            "systemd-socket-activate", variables + ["--listen=\(path)"] + command(), logFile: folder.path("log"))
        try process.waitForLog(containing: "Listening on \(path)")
        // The database is still empty: the connection waits for the start of the program.
        #expect(try FastCGIClient.check(.unix(path), token: nil, timeout: .seconds(20)) == 401)
        #expect(process.log.contains("\(path) of systemd"))
        #expect(try FastCGIClient.check(.unix(path), token: token()) == 200)
        #expect(try process.stop() == .code(0))
    }

    @Test func `with the second socket the gate speaks HTTP there, and FastCGI on the first`() throws {
        let unit = try file("authfcgi-http.socket").split(separator: "\n")
        let line = try #require(unit.first { $0.hasPrefix("FileDescriptorName=") })
        let name = line.dropFirst("FileDescriptorName=".count)
        let (first, second) = (folder.path("gate.sock"), folder.path("http.sock"))
        let variables = geteuid() == 0 ? ["--setenv=AUTHFCGI_USER=root"] : []
        let sockets = ["--listen=\(first)", "--listen=\(second)", "--fdname=authfcgi.socket:\(name)"]
        let process = try ServerProcess(
            "systemd-socket-activate", variables + sockets + command(), logFile: folder.path("log"))
        try process.waitForLog(containing: "Listening on \(second)")
        #expect(try HTTPClient(.unix(second), timeout: .seconds(20)).get("/auth/verify").status == 401)
        #expect(try FastCGIClient.check(.unix(first), token: nil, timeout: .seconds(20)) == 401)
        let token = try token()
        #expect(try HTTPClient(.unix(second)).get("/auth/verify", headers: [bearer(token)]).status == 200)
        #expect(try FastCGIClient.check(.unix(first), token: token) == 200)
        #expect(try process.stop() == .code(0))
    }

    @Test func `a restart under load loses no check, as systemd keeps the socket`() throws {
        let endpoint = Endpoint.unix(folder.path("gate.sock"))
        let listener = try endpoint.makeListener(isBlocking: true)
        let command = try command()
        let start = {
            try ServerProcess(
                command[0], Array(command.dropFirst()), environment: ["LISTEN_FDS": "1"],
                logFile: folder.path("log"), descriptors: [3: listener.number], setsListenPID: true)
        }
        var gate = try start()
        #expect(try FastCGIClient.check(endpoint, token: nil, timeout: .seconds(20)) == 401)
        let token = try token()
        let load = CheckLoad(threads: 8) { _ in try FastCGIClient.check(endpoint, token: token, timeout: .seconds(20)) }
        for _ in 1...3 {
            try load.waitForAnswers(500)
            #expect(try gate.stop() == .code(0))
            gate = try start()
        }
        try load.waitForAnswers(500)
        let report = load.stop()
        #expect(report.failures == [:])
        #expect(report.statuses == [200: report.count])
        #expect(try gate.stop() == .code(0))
    }
}
