import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// `docs/operations.md` and the guides of `deploy`: blocks of commands and SQL, run unchanged, with processes of this
/// machine in place of pods.
@Suite(.serialized, .leavesCleanLogs) struct GuideTests {
    private let folder: TestFolder
    private let postgreSQL: PostgreSQLServer
    private let redis: RedisServer
    private let pod: Pod
    private let shell: DocumentShell

    init() throws {
        folder = try TestFolder()
        postgreSQL = try PostgreSQLServer(in: folder)
        let port = try Endpoint.freePort()
        redis = try RedisServer(in: folder, tcpPort: port)
        let redisURL = "redis://127.0.0.1:\(port)/0"
        pod = try Pod(in: folder, name: "pod", server: postgreSQL, environment: ["REDIS_URL": redisURL])
        shell = try DocumentShell(
            in: folder, pod: pod, database: postgreSQL.url(database: "postgres"), redisURL: redisURL)
        try pod.gate.addUser("test", password: "test")
        try waitForRedis()
    }

    private func waitForRedis() throws {
        try eventually("Redis is in use", log: pod.gate.log) { try pod.gate.stores == ["redis", "postgresql"] }
    }

    private func page(_ path: String) throws -> MarkdownPage { try MarkdownPage(path, in: Repository.path("")) }

    /// Returns a section of the guide, as a page of its own.
    private func section(_ title: String) throws -> MarkdownPage {
        let lines = try page("docs/operations.md").section(title)
        try #require(!lines.isEmpty, "no section \(title)")
        return MarkdownPage(path: title, text: lines.joined(separator: "\n"))
    }

    /// Returns the code between backticks in the lines of tables.
    private func codeInTables(of page: MarkdownPage) -> [String] {
        page.prose.filter { $0.hasPrefix("|") }.flatMap { line in
            line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset % 2 == 1 }.map { String($0.element).replacing("\\|", with: "|") }
        }
    }

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
        let result = try shell.run(section.blocks(in: "bash").joined(separator: "\n"))
        #expect(result.status == .code(0), "\(result)")
        for words in ["✓ Connected to Redis for session storage", "\nready\n", "\nPONG\n", "0 live sessions"] {
            #expect(result.output.contains(words), "\(words): \(result)")
        }
        let queries = section.blocks(in: "sql")
        #expect(queries.count == 1)
        for query in queries { #expect(try postgreSQL.psql(query).contains(" checks|idle|1"), "\(query)") }
    }

    @Test func `the fallback drill goes as the guide says`() throws {
        let drill = try section("The fallback drill").blocks(in: "bash")
        #expect(drill.count == 1)
        #expect(!pod.gate.log.contains("Using database for session storage"))
        let scaling = scaling(2)
        let result = try shell.run(drill.joined())
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
            let result = try shell.run(command.replacing("NAME", with: "test"))
            #expect(result.status == .code(0), "\(command): \(result)")
            #expect(!result.output.isEmpty, "\(command): \(result)")
        }
    }

    @Test func `the first login of the page on containers works`() throws {
        let commands = try page("deploy/docker/README.md").blocks(in: "bash")
        #expect(commands.count == 1)
        let result = try shell.run(commands.joined())
        #expect(result.status == .code(0) && result.output.contains(#""username":"test""#), "\(result)")
    }

    @Test func `the four requests of the page on ingress show that the site is protected`() throws {
        let page = try page("deploy/kubernetes/ingress/README.md")
        let requests = try #require(page.blocks(in: "bash").last)
        let token = try pod.signIn("ann")
        let result = try shell.run(
            "TOKEN=\(token)\n"
                + requests.replacing("https://app.example.com/PROTECTED", with: "http://localhost/page")
                .replacing("https://app.example.com", with: "http://localhost").replacing("PROTECTED", with: "page"))
        #expect(result.status == .code(0), "\(result)")
        let answers = result.output.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
        #expect(answers.count == 4 && answers[1] == "200" && answers[3] == "200", "\(result)")
        #expect(answers[0] == "401" && ["400", "401", "404"].contains(answers[2]), "\(result)")
        #expect(result.output.contains("ann"), "\(result)")
        // The application responds with the request it received.
        #expect(!result.output.contains(": x") && !result.output.contains("=x"), "\(result)")
    }

    @Test func `the roles of the page on AWS suffice for the gate and applications`() throws {
        let page = try page("deploy/aws/README.md").text
        let sql = try #require(page.split(separator: "<<'END'\n").dropFirst().first)
        let statements = sql[..<(try #require(sql.firstRange(of: "\nEND\n")).lowerBound)]
        // A server without the roles of the gate.
        let another = try PostgreSQLServer(in: TestFolder())
        let database = another.url(database: "postgres")
        let made = try shell.run(
            "cd \(folder.path)\necho 5eC2e7 >database-password\npsql '\(database)' <<'END'\n\(statements)\nEND")
        #expect(made.status == .code(0) && made.output.contains("CREATE DATABASE"), "\(made)")
        let own = another.url(user: "authfcgi", database: "authfcgi")
        let migrated = try shell.run("DATABASE_URL='\(own)' authfcgi migrate")
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
        let file = try String(contentsOfFile: Repository.path("deploy/systemd/authfcgi.env"), encoding: .utf8)
        let shipped = file.split(separator: "\n").map { line in
            line.hasPrefix("DATABASE_URL=") ? "DATABASE_URL=\(postgreSQL.url(database: "postgres"))" : String(line)
        }
        try folder.write("authfcgi.env", shipped.joined(separator: "\n"))
        let healthCheck = try #require(page.prose.first { $0.contains("authfcgi healthcheck --listen") })
        let socket = "/run/authfcgi/authfcgi.sock"
        #expect(healthCheck.contains(socket))
        for command in [check, healthCheck] {
            let result = try shell.run(
                "unset DATABASE_URL REDIS_URL LISTEN\n"
                    + command.replacing("runuser -u authfcgi -- ", with: "")
                    .replacing(settings, with: folder.path("authfcgi.env"))
                    .replacing(socket, with: pod.gate.socketPath))
            #expect(result.status == .code(0), "\(command): \(result)")
        }
    }
}
