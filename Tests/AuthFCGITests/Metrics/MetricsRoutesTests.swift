import EventLoop
import FoundationEssentials
import Testing

@testable import AuthFCGI

@EventLoop
@Suite struct MetricsRoutesTests {
    private let scoreboard: Scoreboard
    private let routes: MetricsRoutes

    init() throws {
        scoreboard = try Scoreboard()
        routes = MetricsRoutes(scoreboard, GateFacts(workers: 2), figures: nil, sessions: nil)
    }

    private func ask(_ path: String, method: String = "GET") -> RecordedExchange {
        let exchange = RecordedExchange(.byPath, [(.method, method), (.path, path)])
        routes.answer(exchange)
        return exchange
    }

    @Test func `metrics are text of Prometheus' format`() {
        let answer = ask("/metrics")
        #expect(answer.status == 200)
        #expect(answer.headers("Content-Type") == ["text/plain; version=0.0.4; charset=utf-8"])
        #expect(answer.says("\n# TYPE authfcgi_checks_total counter\n"))
    }

    @Test func `the status is JSON that the command reads`() throws {
        try scoreboard.newWorker(slot: 0, number: 0).count(check: .undecided, since: .now)
        let answer = ask("/statusz")
        #expect(answer.status == 200 && answer.headers("Content-Type") == ["application/json"])
        let body = try #require(answer.answers.first?.split(separator: "\r\n\r\n", maxSplits: 1).last)
        let report = try JSONDecoder().decode(StatusReport.self, from: Data(body.utf8))
        #expect(report.version == Version.current && report.workersWanted == 2 && report.workers.count == 1)
        #expect(report.counters[#"checks_total{outcome="undecided"}"#] == 1)
        #expect(report.troubles.map(\.what) == ["checks answered 503"])
    }

    @Test func `a listener for metrics has nothing else`() {
        for path in ["/", "/auth/verify", "/auth/login", "/healthz", "/metrics/", "/metrics/x"] {
            #expect(ask(path).status == 404, "\(path)")
        }
        #expect(ask("/metrics", method: "POST").status == 404)
    }

    @Test func `a gate without a scoreboard has no metrics`() {
        let routed = RoutedStage()
        #expect(routed.ask("GET", "/metrics").status == 404)
        #expect(routed.ask("POST", "/metrics").status == 405)
    }
}
