import Glibc
import TestSupport
import Testing

/// `/metrics`, on METRICS_LISTEN and on the gate's own socket.
@Suite(.leavesCleanLogs) struct MetricsTests {
    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let database: String

    init() throws {
        folder = try TestFolder()
        (server, database) = try SharedServers.newDatabase()
    }

    /// Starts a gate with a socket for metrics.
    private func gate(workers: Int = 2, environment: [String: String] = [:]) throws -> GateProcess {
        try GateProcess(
            in: folder, server: server, database: database, workers: workers,
            environment: ["METRICS_LISTEN": "unix:\(folder.path("metrics.sock"))"].merging(environment) { $1 })
    }

    private var metrics: Endpoint { .unix(folder.path("metrics.sock")) }

    @Test func `checks of all workers are counted by outcome, and any worker tells the sum`() throws {
        let gate = try gate(workers: 4)
        let token = try gate.signIn("ann", groups: ["staff"])
        for _ in 0..<200 { #expect(try gate.check(token) == 200) }
        for _ in 0..<30 { #expect(try gate.check(nil) == 401) }
        let demand = [GateProcess.bearer(token), ("AUTH_REQUIRE", "group admin")]
        for _ in 0..<20 { #expect(try gate.ask("GET", "/auth/verify", parameters: demand).status == 403) }
        // A worker counts a check just after its answer.
        try eventually("all are counted") { try ScrapedMetrics(from: metrics)["check_duration_seconds_count"] == 250 }
        for _ in 0..<12 {
            for scraped in [try ScrapedMetrics(from: metrics), try ScrapedMetrics(from: gate)] {
                #expect(scraped.checks("accepted") == 200)
                #expect(scraped.checks("refused") == 30)
                #expect(scraped.checks("forbidden") == 20)
                #expect(scraped.checks("undecided") == 0)
                #expect(scraped["check_duration_seconds_count"] == 250)
                #expect(scraped[#"workers{state="serving"}"#] == 4)
            }
        }
        try eventually("the answers are counted") {
            let scraped = try ScrapedMetrics(from: metrics)
            let sources = ["memory", "postgresql"].map { scraped["session_answers_total{source=\"\($0)\"}"] ?? 0 }
            return sources.reduce(0, +) == 220 && sources[1] <= 30
                && scraped[#"store_duration_seconds_count{store="postgresql"}"#] == sources[1]
        }
    }

    @Test func `promtool finds nothing to mend`() throws {
        let gate = try gate()
        _ = try gate.signIn("ann")
        let text = try ScrapedMetrics(from: metrics).text
        let result = try ServerProcess.run("promtool", ["check", "metrics"], input: text)
        #expect(result.status.isSuccess && result.errors.isEmpty && result.output.isEmpty, "\(result)")
    }

    @Test func `logins are counted by outcome, and nothing of a user is in a label`() throws {
        let gate = try gate()
        try gate.addUser("ann-of-the-hills", password: "correct horse")
        let login = try gate.logIn("ann-of-the-hills", "correct horse")
        let token = try #require(try object(login)["token"]?.text)
        RunRecord.note(secret: token)
        #expect(try gate.logIn("ann-of-the-hills", "wrong horse").status == 401)
        #expect(try gate.logOut(token).status == 204)
        let scraped = try ScrapedMetrics(from: metrics)
        #expect(scraped[#"events_total{event="login",outcome="success"}"#] == 1)
        #expect(scraped[#"events_total{event="login",outcome="refused"}"#] == 1)
        #expect(scraped[#"events_total{event="logout",outcome="success"}"#] == 1)
        #expect(scraped["login_duration_seconds_count"] == 2)
        for secret in ["ann-of", "192.0.2", token, String(token.dropFirst(4).prefix(12))] {
            #expect(!scraped.text.contains(secret))
        }
    }

    @Test func `stores, lease, connections and versions are told`() throws {
        let redis = try RedisServer(in: folder)
        let gate = try gate(environment: ["REDIS_URL": redis.url])
        try gate.waitUntilEveryWorker("uses both") { try gate.stores == ["redis", "postgresql"] }
        try eventually("all is well") {
            let scraped = try ScrapedMetrics(from: metrics)
            return scraped["workers_with_lease"] == 2 && scraped["workers_with_postgresql"] == 2
                && scraped[#"workers_with_redis{state="up"}"#] == 2
        }
        let scraped = try ScrapedMetrics(from: metrics)
        #expect(scraped["revocation_lag_seconds"].map { $0 > 0 && $0 < 2 } == true)
        #expect(scraped["workers_wanted"] == 2 && scraped["workers_started_total"] == 2)
        #expect(scraped["connection_limit"].map { $0 >= 128 } == true)
        #expect(scraped["open_descriptors"].map { $0 > 10 && $0 < 200 } == true)
        #expect(scraped.text.contains("authfcgi_build_info{version=\""))
        #expect(scraped["start_time_seconds"].map { $0 > 1_700_000_000 } == true)
        redis.kill()
        try eventually("Redis is away") {
            _ = try gate.ask("GET", "/readyz")
            return try ScrapedMetrics(from: metrics)[#"workers_with_redis{state="down"}"#] == 2
        }
    }

    @Test func `sessions and their clean-up are counted when somebody asks`() throws {
        let gate = try gate(environment: ["SESSION_CLEANUP_INTERVAL": "off"])
        for user in ["ann", "bob", "eve"] { _ = try gate.signIn(user) }
        try server.psql(
            """
            INSERT INTO session_tokens (token_hash, user_id, expires_at, absolute_expires_at)
            VALUES (sha256('x'), 'x', now() - interval '90 seconds', now())
            """, database: database)
        try eventually("the sessions are counted") {
            try ScrapedMetrics(from: metrics)["sessions"] == 3
        }
        let scraped = try ScrapedMetrics(from: metrics)
        #expect(scraped["cleanup_lag_seconds"].map { $0 >= 90 && $0 < 150 } == true)
        #expect(scraped["census_age_seconds"].map { $0 < 60 } == true)
    }

    @Test func `a worker that dies is counted, and the counts of its checks stay`() throws {
        let gate = try gate(workers: 1)
        let token = try gate.signIn("ann")
        for _ in 0..<5 { #expect(try gate.check(token) == 200) }
        let worker = try #require(try gate.workers.first)
        kill(worker, SIGKILL)
        try gate.waitUntilReady()
        #expect(try gate.check(token) == 200)
        try eventually("all are counted") { try ScrapedMetrics(from: metrics).checks("accepted") == 6 }
        let scraped = try ScrapedMetrics(from: metrics)
        #expect(scraped["workers_died_total"] == 1 && scraped["workers_started_total"] == 2)
    }

    @Test func `requests that do not arrive keep nobody from the metrics`() throws {
        let gate = try gate(workers: 1)
        let half = Array("GET /metrics HTTP/1.1\r\nHost".utf8)
        let start = ContinuousClock.now
        let held = try (0..<100).map { _ in
            let connection = try metrics.connect(until: Deadline(within: .seconds(5)))
            _ = unsafe send(connection.number, half, half.count, Int32(MSG_NOSIGNAL))
            return connection
        }
        #expect(try HTTPClient(metrics).get("/metrics").status == 200)
        #expect(ContinuousClock.now - start < .seconds(4), "sooner than a request is late")
        #expect(held.count == 100)
        #expect(try gate.check(nil) == 401)
    }

    @Test func `the listener for metrics has nothing else, and METRICS_LISTEN is for this machine alone`() throws {
        let gate = try gate()
        let token = try gate.signIn("ann")
        let client = HTTPClient(metrics)
        for path in ["/", "/auth/verify", "/auth/me", "/auth/login", "/healthz"] {
            #expect(try client.get(path, headers: [bearer(token)]).status == 404, "\(path)")
        }
        #expect(try client.get("/statusz").status == 200)
        for address in ["0.0.0.0:9464", "systemd", "192.0.2.1:9464", "http:127.0.0.1:9464"] {
            let result = try ServerProcess.run(
                GateProcess.executable, ["config", "check", "--settings-only"],
                environment: ["DATABASE_URL": server.url(database: database), "METRICS_LISTEN": address])
            #expect(result.status == .code(78) && result.errors.contains("METRICS_LISTEN"), "\(address): \(result)")
        }
    }

    @Test func `nginx gives the metrics to those who may have them`() throws {
        let extra = """
            server {
                listen unix:@PREFIX@/metrics.sock;
                include authfcgi/metrics.conf;
            }
            server {
                listen unix:@PREFIX@/world.sock;
                set_real_ip_from unix:;
                real_ip_header X-Client;
                include authfcgi/metrics.conf;
            }
            """
        let site = try Site(workers: 1, extra: extra, listeners: ["metrics", "world"])
        let answer = try site.pod.client("metrics").get("/metrics")
        #expect(answer.status == 200 && answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(String(decoding: answer.body, as: UTF8.self).contains("\n# TYPE authfcgi_checks_total counter\n"))
        let world = site.pod.client("world")
        #expect(try world.get("/metrics", headers: [("X-Client", "203.0.113.9")]).status == 403)
        #expect(try world.get("/metrics", headers: [("X-Client", "10.1.2.3")]).status == 200)
        #expect(try site.pod.client().get("/metrics").status != 200)
    }
}
