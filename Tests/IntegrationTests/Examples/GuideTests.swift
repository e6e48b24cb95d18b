import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// `deploy/README.md` and the guides beside it: blocks of commands and SQL, run unchanged, with processes of this
/// machine in place of pods.
@Suite(.serialized, .leavesCleanLogs) struct GuideTests {
    private let folder: TestFolder
    private let postgreSQL: PostgreSQLServer
    private let redis: RedisServer
    private let pod: Pod
    private let redisURL: String

    init() throws {
        folder = try TestFolder()
        postgreSQL = try PostgreSQLServer(in: folder)
        let port = try Endpoint.freePort()
        redis = try RedisServer(in: folder, tcpPort: port)
        redisURL = "redis://127.0.0.1:\(port)/0"
        pod = try Pod(in: folder, name: "pod", server: postgreSQL, environment: ["REDIS_URL": redisURL])
        try pod.gate.addUser("test", password: "test")
        try waitForRedis()
    }

    private func waitForRedis() throws {
        try eventually("Redis is in use", log: pod.gate.log) { try pod.gate.stores == ["redis", "postgresql"] }
    }

    private func page(_ path: String) throws -> String {
        try String(contentsOfFile: Repository.path(path), encoding: .utf8)
    }

    /// Returns a section of the guide.
    private func section(_ title: String) throws -> Substring {
        let guide = try page("deploy/README.md")
        let start = try #require(guide.firstRange(of: "\n## \(title)\n"), "no section \(title)").upperBound
        let text = guide[start...]
        return text[..<(text.firstRange(of: "\n## ")?.lowerBound ?? text.endIndex)]
    }

    /// Returns the code blocks in a language.
    private func blocks(_ language: String, in text: some StringProtocol) -> [String] {
        String(text).split(separator: "```\(language)\n").dropFirst().map {
            String($0[..<($0.firstRange(of: "\n```")?.lowerBound ?? $0.endIndex)])
        }
    }

    /// Returns the code between backticks in the lines of tables.
    private func codeInTables(of text: some StringProtocol) -> [String] {
        text.split(separator: "\n").filter { $0.hasPrefix("|") }.flatMap { line in
            line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset % 2 == 1 }.map { String($0.element).replacing("\\|", with: "|") }
        }
    }

    /// Runs commands in a shell in which `kubectl` and `curl` use the pod's processes. The first failed command ends
    /// the shell.
    private func run(_ commands: String) throws -> CommandResult {
        let programs = try folder.makeFolder("programs")
        try folder.write("programs/kubectl", Self.kubectl)
        unsafe chmod("\(programs)/kubectl", 0o755)
        if !FileManager.default.fileExists(atPath: "\(programs)/authfcgi") {
            try FileManager.default.createSymbolicLink(
                atPath: "\(programs)/authfcgi", withDestinationPath: GateProcess.executable)
        }
        // A URL cannot name a unix socket, so it is in curl's configuration.
        try folder.write("programs/.curlrc", "unix-socket = \"\(try socket())\"\n")
        return try ServerProcess.run(
            "bash", ["-euo", "pipefail", "-c", "PATH=\(programs):$PATH\n\(commands)"],
            environment: [
                "CURL_HOME": programs, "GATE_LOG": folder.path("pod-gate.log"), "REPLICAS": folder.path("replicas"),
                "REDIS_URL": redisURL, "DATABASE_URL": postgreSQL.url(database: "postgres"),
                "LISTEN": "unix:\(pod.gate.socketPath)",
            ])
    }

    private func socket() throws -> String {
        guard case .unix(let path) = pod.entry else { throw SupportError.unexpected("the site has no unix socket") }
        return path
    }

    /// A replacement of kubectl with the functions that the guide uses: the log of the gate, a command in its
    /// environment, and the number of Redis pods. The test performs the latter, and then removes the request.
    private static let kubectl = """
        #!/bin/bash
        set -eu
        case $1 in
            logs) cat "$GATE_LOG" ;;
            port-forward) exec sleep 60 ;;
            wait | rollout) while [[ -e $REPLICAS ]]; do sleep 0.02; done ;;
            exec)
                while [[ $1 != -- ]]; do shift; done
                shift
                exec "$@" ;;
            scale)
                [[ "$*" =~ ^scale\\ deployment\\ redis\\ --replicas=([01])\\ -n\\ mocklab$ ]]
                echo "${BASH_REMATCH[1]}" >"$REPLICAS.new"
                mv "$REPLICAS.new" "$REPLICAS" ;;
            *) exit 64 ;;
        esac

        """

    /// Performs `count` requests of `kubectl scale`.
    private func scaling(_ count: Int) -> JoinableThread {
        JoinableThread {
            for _ in 0..<count {
                do {
                    try eventually("somebody scales Redis", within: .seconds(30)) {
                        !folder.read("replicas").isEmpty
                    }
                    if folder.read("replicas") == "0\n" {
                        try redis.stop()
                        try pod.gate.waitForLog(containing: "Using database for session storage")
                    } else {
                        try redis.start()
                        try waitForRedis()
                    }
                } catch {
                    Issue.record(error)
                }
                unsafe unlink(folder.path("replicas"))
            }
        }
    }

    @Test func `the commands of the guide's health checks give the documented output`() throws {
        let section = try section("Is it well?")
        let result = try run(blocks("bash", in: section).joined(separator: "\n"))
        #expect(result.status == .code(0), "\(result)")
        for words in ["✓ Connected to Redis for session storage", "\nready\n", "\nPONG\n", "0 live sessions"] {
            #expect(result.output.contains(words), "\(words): \(result)")
        }
        let queries = blocks("sql", in: section)
        #expect(queries.count == 1)
        for query in queries { #expect(try postgreSQL.psql(query).contains(" checks|idle|1"), "\(query)") }
    }

    @Test func `the fallback drill goes as the guide says`() throws {
        let drill = try blocks("bash", in: section("The fallback drill"))
        #expect(drill.count == 1)
        #expect(!pod.gate.log.contains("Using database for session storage"))
        let scaling = scaling(2)
        let result = try run(drill.joined())
        scaling.join()
        #expect(result.status == .code(0), "\(result)")
        #expect(result.output.split(separator: "\"username\":\"test\"").count == 4, "three times who it is: \(result)")
        #expect(result.output.contains("INFO: Using database for session storage"), "\(result)")
        #expect(result.output.contains("INFO: ✓ Connected to Redis for session storage"), "\(result)")
    }

    @Test func `each command in the table of symptoms runs and prints something`() throws {
        let programs = ["kubectl ", "authfcgi ", "redis-cli ", "SELECT "]
        let commands = try codeInTables(of: section("When something is wrong")).filter { code in
            programs.contains { code.hasPrefix($0) }
        }
        #expect(commands.count >= 7, "\(commands)")
        for command in commands where command.hasPrefix("SELECT ") {
            #expect(try postgreSQL.psql(command).isEmpty == false, "\(command)")
        }
        for command in commands where !command.hasPrefix("SELECT ") {
            let result = try run(command.replacing("NAME", with: "test"))
            #expect(result.status == .code(0), "\(command): \(result)")
            #expect(!result.output.isEmpty, "\(command): \(result)")
        }
    }

    @Test func `the first login of the page on containers works`() throws {
        let commands = try blocks("bash", in: page("deploy/docker/README.md"))
        #expect(commands.count == 1)
        let result = try run(commands.joined())
        #expect(result.status == .code(0) && result.output.contains(#""username":"test""#), "\(result)")
    }

    @Test func `the four requests of the page on ingress show that the site is protected`() throws {
        let page = try page("deploy/kubernetes/ingress/README.md")
        let requests = try #require(blocks("bash", in: page).last)
        let token = try pod.signIn("ann")
        let result = try run(
            "TOKEN=\(token)\n"
                + requests.replacing("https://app.example.com/PROTECTED", with: "http://localhost/page")
                .replacing("https://app.example.com", with: "http://localhost").replacing("PROTECTED", with: "page"))
        #expect(result.status == .code(0), "\(result)")
        let answers = result.output.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
        #expect(answers.count == 4 && answers[1] == "200" && answers[3] == "200", "\(result)")
        #expect(answers[0] == "401" && ["401", "404"].contains(answers[2]), "\(result)")
        #expect(result.output.contains("ann"), "\(result)")
        // The application responds with the request it received.
        #expect(!result.output.contains(": x") && !result.output.contains("=x"), "\(result)")
    }

    @Test func `the roles of the page on AWS suffice for the gate and applications`() throws {
        let page = try page("deploy/aws/README.md")
        let sql = try #require(page.split(separator: "<<'END'\n").dropFirst().first)
        let statements = sql[..<(try #require(sql.firstRange(of: "\nEND\n")).lowerBound)]
        // A server without the roles of the gate.
        let another = try PostgreSQLServer(in: TestFolder())
        let database = another.url(database: "postgres")
        let made = try run(
            "cd \(folder.path)\necho 5eC2e7 >database-password\npsql '\(database)' <<'END'\n\(statements)\nEND")
        #expect(made.status == .code(0) && made.output.contains("CREATE DATABASE"), "\(made)")
        let own = another.url(user: "authfcgi", database: "authfcgi")
        let migrated = try run("DATABASE_URL='\(own)' authfcgi migrate")
        #expect(migrated.status == .code(0) && migrated.errors.firstRange(of: "authfcgi_mint") == nil, "\(migrated)")
        let granted = try another.psql(
            """
            SELECT has_function_privilege('authfcgi_mint', oid, 'EXECUTE') FROM pg_proc WHERE proname = 'create_access_token'
            """, database: "authfcgi")
        #expect(granted == "t")
    }

    @Test func `the commands of the page on systemd work`() throws {
        let page = try page("deploy/systemd/README.md")
        let check = try #require(codeInTables(of: page).first { $0.contains("config check") })
        let settings = "/etc/authfcgi/authfcgi.env"
        #expect(check.contains(settings))
        let shipped = try self.page("deploy/systemd/authfcgi.env").split(separator: "\n").map { line in
            line.hasPrefix("DATABASE_URL=") ? "DATABASE_URL=\(postgreSQL.url(database: "postgres"))" : String(line)
        }
        try folder.write("authfcgi.env", shipped.joined(separator: "\n"))
        let healthCheck = try #require(
            page.split(separator: "\n").first { $0.contains("authfcgi healthcheck --listen") })
        let socket = "/run/authfcgi/authfcgi.sock"
        #expect(healthCheck.contains(socket))
        for command in [String(check), String(healthCheck)] {
            let result = try run(
                "unset DATABASE_URL REDIS_URL LISTEN\n"
                    + command.replacing("runuser -u authfcgi -- ", with: "")
                    .replacing(settings, with: folder.path("authfcgi.env"))
                    .replacing(socket, with: pod.gate.socketPath))
            #expect(result.status == .code(0), "\(command): \(result)")
        }
    }
}
