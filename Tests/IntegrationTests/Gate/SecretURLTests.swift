import Glibc
import TestSupport
import Testing

@testable import Sessions

/// Passwords in connection strings: no message of the program contains a part of one.
@Suite struct SecretURLTests {
    private let server: PostgreSQLServer
    private let database: String
    private let folder: TestFolder

    init() throws {
        (server, database) = try SharedServers.newDatabase()
        folder = try TestFolder()
    }

    private static let parts = ["S3cret", "S3", "cret"]

    private func expectNoPart(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
        for part in Self.parts { #expect(!text.contains(part), "\(text)", sourceLocation: sourceLocation) }
    }

    @Test(arguments: [
        "postgresql://u:S3cret/x@127.0.0.1/db", "postgresql://u:abc@S3cret@127.0.0.1/db",
        "postgresql://u:S3/cret#x@127.0.0.1/db", "postgresql://u:S3cret", "redis://:S3cret/3@127.0.0.1",
        "redis://:S3cret#3@127.0.0.1", "redis://:S3cret?3@127.0.0.1",
    ])
    func `an ambiguous URL ends the start with 78 and advice, from any source`(url: String) throws {
        let name = url.hasPrefix("redis") ? "REDIS_URL" : "DATABASE_URL"
        let good = ["DATABASE_URL": server.url(database: database), "LISTEN": "unix:\(folder.path("s"))"]
        let file = try folder.write("url", "\(url)\n")
        for source in [[name: url], ["\(name)_FILE": file]] {
            var environment = good
            environment[name] = nil
            environment.merge(source) { $1 }
            for command in [["serve"], ["config", "check"], ["migrate"]] {
                let result = try ServerProcess.run(GateProcess.executable, command, environment: environment)
                #expect(result.status == .code(78), "\(result)")
                #expect(result.errors.contains("percent-encode") || result.errors.contains("%2"), "\(result)")
                expectNoPart(result.errors + result.output)
            }
        }
    }

    @Test func `a reload with an ambiguous URL keeps the old one and shows nothing of the new one`() throws {
        let settings = try folder.write("settings", "DATABASE_URL='\(server.url(database: database))'\n")
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1, environment: ["DATABASE_URL": ""],
            arguments: ["--env-file", settings])
        try folder.write("settings", "DATABASE_URL='postgresql://u:S3cret/x@127.0.0.1/db'\n")
        try gate.send(SIGHUP)
        try gate.waitForLog(containing: "reload failed: keeping the current settings")
        try gate.waitForLog(containing: "percent-encode")
        #expect(try gate.check(try gate.signIn("ann")) == 200)
        expectNoPart(gate.log)
    }

    @Test func `a value in the place of its file's name is not shown`() throws {
        for name in ["DATABASE_URL", "REDIS_SEAL_SECRET"] {
            let result = try ServerProcess.run(
                GateProcess.executable, ["serve"],
                environment: [
                    "DATABASE_URL": name == "DATABASE_URL" ? "" : server.url(database: database),
                    "\(name)_FILE": "postgresql://u:S3cret@h/db", "LISTEN": "unix:\(folder.path("s"))",
                ])
            #expect(result.status == .code(78) && result.errors.contains("\(name)_FILE"), "\(result)")
            expectNoPart(result.errors)
        }
    }

    @Test(arguments: [
        "serve --database-url postgresql://u:S3cret@h/d", "serve --database-url=postgresql://u:S3cret@h/d",
    ])
    func `a password on the command line is not repeated`(command: String) throws {
        let result = try ServerProcess.run(
            GateProcess.executable, command.split(separator: " ").map(String.init),
            environment: ["DATABASE_URL": server.url(database: database)])
        #expect(result.status == .code(64), "\(result)")
        expectNoPart(result.errors + result.output)
    }

    /// A server that repeats what it was sent, as a broken pooler might.
    private func echoingServer(_ text: String) throws -> (socket: AnsweringSocket, folder: String) {
        let home = try folder.makeFolder("echo")
        var fields: [UInt8] = []
        for (kind, value) in [("S", "FATAL"), ("V", "FATAL"), ("C", "28P01"), ("M", text)] {
            fields += Array(kind.utf8) + Array(value.utf8) + [0]
        }
        fields.append(0)
        let length = UInt32(fields.count + 4)
        let message = Array("E".utf8) + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + fields
        return (try AnsweringSocket(at: .unix("\(home)/.s.PGSQL.5432")) { _ in message }, home)
    }

    @Test func `a password that the server repeats is not in the log, wherever it comes from`() throws {
        let (socket, home) = try echoingServer("password S3cret-of-pg is wrong")
        for source in ["URL", "pairs", "PGPASSWORD"] {
            let url =
                switch source {
                case "URL": "postgresql://u:S3cret-of-pg@/d?host=\(home)"
                case "pairs": "host=\(home) user=u dbname=d password=S3cret-of-pg"
                default: "postgresql://u@/d?host=\(home)"
                }
            var environment = ["DATABASE_URL": url]
            if source == "PGPASSWORD" { environment["PGPASSWORD"] = "S3cret-of-pg" }
            let result = try ServerProcess.run(GateProcess.executable, ["migrate"], environment: environment)
            #expect(result.status == .code(69) && result.errors.contains("password … is wrong"), "\(source): \(result)")
            expectNoPart(result.errors)
            let gate = try GateProcess(
                in: folder, name: source, server: server, workers: 1, environment: environment, waits: false)
            try gate.waitForLog(containing: "connection for checks: PostgreSQL unavailable: ")
            try gate.waitForLog(containing: "password … is wrong")
            expectNoPart(gate.log)
            gate.kill()
        }
        withExtendedLifetime(socket) {}
    }
}
