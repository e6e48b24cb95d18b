import FoundationEssentials
import TestSupport
import Testing

/// The Prometheus of Debian's package with the configuration and the rules of deploy/prometheus.
@Suite struct PrometheusTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test func `the rules are right, and so are their tests and the configuration`() throws {
        for arguments in [
            ["check", "rules", "alerts.yml"], ["check", "config", "prometheus.yml"],
            ["test", "rules", "alerts.test.yml"],
        ] {
            let result = try ServerProcess.run(
                "promtool", arguments, workingFolder: Repository.path("deploy/prometheus"))
            #expect(result.status.isSuccess, "\(result)")
            #expect(!result.output.contains("warning") && !result.errors.contains("warning"), "\(result)")
        }
    }

    @Test func `Prometheus scrapes a gate, evaluates the rules, and no alert fires`() throws {
        let (server, database) = try SharedServers.newDatabase()
        let ports = try Endpoint.freePorts(2)
        let gate = try GateProcess(
            in: folder, server: server, database: database, environment: ["METRICS_LISTEN": "127.0.0.1:\(ports[0])"])
        let token = try gate.signIn("ann")
        for _ in 0..<50 { #expect(try gate.check(token) == 200) }
        let prometheus = try startPrometheus(scraping: ports[0], at: ports[1])
        let client = HTTPClient(.tcp(port: ports[1]))
        // Up after the second scrape, from which on there are rates.
        try eventually("the gate is scraped", within: .seconds(30), every: .milliseconds(100), log: prometheus.log) {
            try prometheus.requireRunning()
            return try value(of: "sum(count_over_time(up%7Bjob=%22authfcgi%22%7D%5B1m%5D))", client).map { $0 >= 3 }
                ?? false
        }
        #expect(try value(of: "up%7Bjob=%22authfcgi%22%7D", client) == 1)
        #expect(try value(of: "sum(authfcgi_checks_total)", client) == 50)
        #expect(try value(of: "authfcgi_check_duration_seconds_count", client) == 50)
        #expect(try value(of: "count(%7B__name__=~%22authfcgi_.*%22%7D)", client).map { $0 > 150 } == true)
        try eventually("the rules are evaluated", within: .seconds(30), every: .milliseconds(100), log: prometheus.log)
        {
            let rules = try client.get("/api/v1/rules").text
            return rules.contains("AuthFCGIDown") && !rules.contains("\"health\":\"unknown\"")
        }
        let rules = try client.get("/api/v1/rules").text
        #expect(!rules.contains("\"health\":\"err\""), "\(rules)")
        #expect(try value(of: "count(ALERTS)", client) == nil)
        let expressions = try Self.dashboardExpressions()
        #expect(expressions.count > 40)
        for expression in expressions {
            let query = expression.utf8.map { "%" + String($0, radix: 16) }.joined()
            let answer = try client.get("/api/v1/query?query=\(query)")
            #expect(answer.status == 200, "\(expression) \(answer.text)")
        }

        try gate.stop()
        try eventually("the gate's absence is seen", within: .seconds(30), every: .milliseconds(100)) {
            try value(of: "count(ALERTS%7Balertname=%22AuthFCGIDown%22%7D)", client) == 1
        }
        try prometheus.stop()
    }

    /// Grafana is no package of Debian's, but its types are one of PyPI's.
    @Test func `Grafana's types have everything that the dashboard says`() throws {
        let result = try ServerProcess.run(
            Repository.path(".build-validators/bin/python"),
            [
                Repository.path("Tests/IntegrationTests/Metrics/Grafana/dashboard.py"),
                Repository.path("deploy/prometheus/dashboard.json"),
            ])
        #expect(result.status.isSuccess && result.output.isEmpty, "\(result)")
    }

    /// The expressions of the dashboard's panels, with values for its variables.
    private static func dashboardExpressions() throws -> [String] {
        struct Dashboard: Decodable {
            struct Panel: Decodable {
                struct Target: Decodable {
                    let expr: String
                }
                let targets: [Target]?
            }
            let panels: [Panel]
        }
        let data = Data(try Repository.text("deploy/prometheus/dashboard.json").utf8)
        let panels = try JSONDecoder().decode(Dashboard.self, from: data).panels
        return panels.flatMap { $0.targets ?? [] }.map { target in
            target.expr.replacing("$__rate_interval", with: "1m").replacing("$job", with: ".*")
                .replacing("$instance", with: ".*")
        }
    }

    /// Starts Prometheus with the shipped configuration, for one target and in shorter intervals.
    private func startPrometheus(scraping port: UInt16, at own: UInt16) throws -> ServerProcess {
        let shipped = try String(contentsOfFile: Repository.path("deploy/prometheus/prometheus.yml"), encoding: .utf8)
        let alerts = Repository.path("deploy/prometheus/alerts.yml")
        let changed = shipped.replacing("127.0.0.1:9464", with: "127.0.0.1:\(port)")
            .replacing("scrape_interval: 15s", with: "scrape_interval: 1s").replacing(
                "- alerts.yml", with: "- \(alerts)")
        #expect(changed.contains(":\(port)") && changed.contains("1s") && changed.contains(alerts))
        let file = try folder.write("prometheus.yml", "global:\n  evaluation_interval: 1s\n" + changed)
        return try ServerProcess(
            "prometheus",
            [
                "--config.file=\(file)", "--storage.tsdb.path=\(folder.path("tsdb"))",
                "--web.listen-address=127.0.0.1:\(own)", "--log.level=warn",
            ], workingFolder: folder.path, logFile: folder.path("prometheus.log"))
    }

    /// Returns the value of a query, percent-encoded as it is in a URL; nil if it has no sample.
    private func value(of query: String, _ client: HTTPClient) throws -> Double? {
        struct Answer: Decodable {
            struct Results: Decodable {
                let result: [Sample]
            }
            struct Sample: Decodable {
                let value: Double?

                private enum CodingKeys: CodingKey { case value }

                init(from decoder: any Decoder) throws {
                    var pair = try decoder.container(keyedBy: CodingKeys.self).nestedUnkeyedContainer(forKey: .value)
                    _ = try pair.decode(Double.self)
                    value = Double(try pair.decode(String.self))
                }
            }
            let data: Results
        }
        // Until it listens there is no answer.
        guard let answer = try? client.get("/api/v1/query?query=\(query)"), answer.status == 200 else { return nil }
        return try JSONDecoder().decode(Answer.self, from: Data(answer.body)).data.result.first?.value
    }
}
