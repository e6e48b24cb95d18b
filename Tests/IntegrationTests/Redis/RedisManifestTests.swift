import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// The Redis of `deploy/kubernetes/redis-deployment.yaml`: its shell commands, run with the Redis of this machine.
@Suite(.leavesCleanLogs) struct RedisManifestTests {
    private let folder: TestFolder
    private let port: UInt16
    private let manifest: String

    init() throws {
        folder = try TestFolder()
        port = try Endpoint.freePort()
        manifest = try String(
            contentsOfFile: Repository.path("deploy/kubernetes/redis-deployment.yaml"), encoding: .utf8)
        try folder.makeFolder("data")
        try folder.makeFolder("programs")
        let programs = try [
            ("redis-server", ServerPrograms.redis, ""), ("redis-cli", ServerPrograms.redisClient, "-p \(port)"),
        ]
        for (name, program, options) in programs {
            let path = try ServerProcess.output("sh", ["-c", "command -v \(program)"]).split(separator: "\n")[0]
            try folder.write("programs/\(name)", "#!/bin/sh\nexec \(path) \(options) \"$@\"\n", mode: 0o755)
        }
    }

    /// Starts the command of the container, with a folder and a port of this test.
    private func start(password: String?) throws -> ServerProcess {
        let rest = try #require(manifest.firstRange(of: "args:")).upperBound
        let lines = manifest[rest...].split(separator: "\n").drop { !$0.hasSuffix("- |") }.dropFirst()
        let script = lines.prefix { $0.hasPrefix("              ") }.map { $0.dropFirst(14) }.joined(separator: "\n")
        let here = script.replacing("dir /data", with: "dir \(folder.path("data"))\nport \(port)\nbind 127.0.0.1")
        #expect(here != script)
        let process = try ServerProcess(
            "sh", ["-c", "\(path)\n\(here)"], environment: environment(password), logFile: folder.path("redis.log"))
        try process.waitForLog(containing: "Ready to accept connections")
        return process
    }

    /// A shell assignment with which a script uses the programs of this test.
    private var path: String { "PATH=\(folder.path("programs")):$PATH" }

    private func environment(_ password: String?) -> [String: String] {
        password.map { ["REDIS_PASSWORD": $0] } ?? [:]
    }

    /// Runs the probes of the container and returns the result of each.
    private func probe(password: String?) throws -> [Bool] {
        let commands = manifest.split(separator: "\n").filter { $0.contains("command:") && $0.contains("redis-cli") }
        return try commands.map { line in
            let words = try #require(line.split(separator: "command:").last)
            let command = try JSONDecoder().decode([String].self, from: Data(words.utf8))
            try #require(command.prefix(2) == ["sh", "-c"])
            return try ServerProcess.run(
                "sh", ["-c", "\(path)\n\(command[2])"],
                environment: environment(password)
            ).status.isSuccess
        }
    }

    private func cli(_ words: [String], password: String?) throws -> String {
        try ServerProcess.output(
            folder.path("programs/redis-cli"), words,
            environment: password.map { ["REDISCLI_AUTH": $0] } ?? [:])
    }

    @Test(arguments: [nil, "letters1and2digits", #"a"b\c '$HOME' `d` #e %20 :/@"#])
    func `the manifest's Redis starts, is ready, requires its password, and stores entries`(password: String?) throws {
        let redis = try start(password: password)
        #expect(try probe(password: password) == [true, true])
        if password != nil {
            #expect(try probe(password: nil) == [false, false])
            #expect(try probe(password: "letters") == [false, false])
            let arguments = ProcessInspector(redis.processIdentifier).commandLine
            let program = try #require(ServerPrograms.redis.split(separator: "/").last)
            #expect(arguments.contains(program) && !arguments.contains("letters1and2digits"))
        }
        #expect(try cli(["SET", "key", "value"], password: password) == "OK\n")
        #expect(try cli(["CONFIG", "GET", "maxmemory-policy"], password: password).contains("allkeys-lru"))
        #expect(try redis.stop() == .code(0))
        let again = try start(password: password)
        #expect(try cli(["GET", "key"], password: password) == "value\n")
        #expect(try again.stop() == .code(0))
    }

    @Test func `the gate uses it, with the password percent-encoded in REDIS_URL`() throws {
        let redis = try start(password: #"p"q\r s/t@"#)
        let gate = try GateProcess(
            in: folder, server: try PostgreSQLServer(in: folder), workers: 1,
            environment: ["REDIS_URL": "redis://:p%22q%5Cr%20s%2Ft%40@127.0.0.1:\(port)/0"])
        try gate.waitForLog(containing: "✓ Connected to Redis for session storage")
        #expect(try gate.stop() == .code(0))
        #expect(try redis.stop() == .code(0))
    }
}
