import EventLoop
import FoundationEssentials
import Sessions
import Testing

@testable import AuthFCGI

/// What `authfcgi status` makes of two reports.
struct StatusScreenTests {
    /// Returns the report of a gate with two workers.
    /// - Parameters:
    ///   - second: The time of the report.
    ///   - count: The value of the counters that are compared.
    private func report(
        at second: Double, _ count: UInt64, slow: UInt64 = 0, troubles: [StatusReport.Trouble] = [], workers: Int = 2
    ) -> StatusReport {
        var buckets = [UInt64](repeating: 0, count: LatencyBuckets.count)
        (buckets[0], buckets[4]) = (count, slow)
        let gauges: [Gauge: Double] = [
            .connections: 12, .connectionLimit: 8192, .descriptors: 61, .descriptorLimit: 131_072, .waitingLogins: 0,
            .runningHashes: 1, .cachedSessions: 49_999, .leases: 2, .connected: 2, .redisUp: 2, .redisDown: 0,
            .revocationLag: 0.213, .notificationQueue: 0.01, .sessions: 1_234_567, .cleanupLag: 1800,
        ]
        return StatusReport(
            version: "10.11.12", schema: 10, uptime: 300_000, instant: second, workersWanted: 2,
            workers: (0..<workers).map { number in
                .init(number: number, pid: 4_194_300, state: "serving", age: 299_000, idle: 0.05, connections: 6)
            },
            counters: [
                #"checks_total{outcome="accepted"}"#: count, #"events_total{event="login",outcome="success"}"#: 3,
            ],
            gauges: Dictionary(uniqueKeysWithValues: gauges.map { ($0.key.entry.key, $0.value) }),
            histograms: ["check_duration_seconds": .init(buckets: buckets, seconds: 1)], troubles: troubles)
    }

    @Test func `rates are the differences of two reports by their time`() {
        let figures = StatusFigures(from: report(at: 100, 1000), to: report(at: 102, 3000))
        #expect(figures.checks.map(\.name) == ["accepted", "refused", "forbidden", "undecided"])
        #expect(figures.checks.map(\.rate) == [1000, 0, 0, 0])
        #expect(figures.logins.map(\.name) == ["success", "refused", "throttled", "unavailable"])
        #expect(figures.logins.allSatisfy { $0.rate == 0 })
        #expect(figures.answers.map(\.name) == ["memory", "redis", "postgresql", "tag"])
    }

    @Test func `a gate that was started anew has no negative rates`() {
        let figures = StatusFigures(from: report(at: 100, 1000), to: report(at: 102, 10))
        #expect(figures.checks.allSatisfy { $0.rate == 0 })
    }

    @Test func `quantiles are those between the reports, or else all since the start`() throws {
        let figures = StatusFigures(from: report(at: 1, 1_000_000), to: report(at: 2, 1_000_000, slow: 100))
        let slow = try #require(figures.quantiles(of: .checks))
        #expect(slow.p50 > 0.0005 && slow.p99 <= 0.001)
        let idle = StatusFigures(from: report(at: 1, 100), to: report(at: 2, 100))
        let all = try #require(idle.quantiles(of: .checks))
        #expect(all.p99 <= 0.00005)
        #expect(idle.quantiles(of: .logins) == nil)
    }

    @Test func `quantiles lie evenly within a bucket`() throws {
        var buckets = [UInt64](repeating: 0, count: LatencyBuckets.count)
        buckets[0] = 100
        let quantiles = try #require(LatencyQuantiles(buckets))
        #expect(abs(quantiles.p50 - 0.000025) < 1e-9 && abs(quantiles.p99 - 0.0000495) < 1e-9)
        buckets[LatencyBuckets.count - 1] = 1000
        #expect(LatencyQuantiles(buckets)?.p99 == 10)
        #expect(LatencyQuantiles([]) == nil)
    }

    @Test func `two workers and no trouble fit a terminal of 80 columns and 24 lines`() {
        let figures = StatusFigures(from: report(at: 100, 1000), to: report(at: 101, 123_456_789))
        let lines = StatusScreen(figures).text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        #expect(lines.count <= 24)
        for line in lines { #expect(line.count <= 80, "\(line)") }
        #expect(lines[0] == "authfcgi 10.11.12, schema 10, up 3d; 2 of 2 workers serving")
        #expect(lines.contains("sessions    1234567 in the database, 49999 in memory; clean-up 30m behind"))
        #expect(lines.contains("Redis       up for 2 workers"))
        #expect(lines.last == "Nothing was wrong in the last day.")
    }

    @Test func `troubles of the last day are shown, the latest first`() {
        let troubles: [StatusReport.Trouble] = [
            .init(what: "checks answered 503", count: 7, age: 42), .init(what: "killed workers", count: 1, age: 90_000),
        ]
        let text = StatusScreen(
            StatusFigures(from: report(at: 1, 0), to: report(at: 2, 0, troubles: troubles))
        ).text
        #expect(text.contains("\nwrong lately\n42s ago     7 checks answered 503 since the start\n"))
        #expect(!text.contains("killed workers"))
    }

    @Test func `a report of another version may lack anything and have more`() throws {
        let empty = StatusReport(
            version: "9\u{1b}[2J", schema: 0, uptime: nil, instant: 5, workersWanted: 1, workers: [],
            counters: ["x": 1],
            gauges: ["y": 1], histograms: ["check_duration_seconds": .init(buckets: [1], seconds: 1)], troubles: [])
        let text = StatusScreen(StatusFigures(from: empty, to: empty)).text
        #expect(!text.contains("\u{1b}") && text.contains("Redis       not in use\n"))
        #expect(text.contains("? of ? connections"))
    }

    @Test func `the form for programs has rates, latencies and all numbers`() throws {
        let figures = StatusFigures(from: report(at: 100, 1000), to: report(at: 102, 3000))
        let json = try JSONOutput.status(figures)
        struct Shown: Decodable {
            let checks_per_second: [String: Double]
            let latency_seconds: [String: LatencyQuantiles?]
            let workers: [StatusReport.Worker]
            let interval_seconds: Double
        }
        let shown = try JSONDecoder().decode(Shown.self, from: Data(json.utf8))
        #expect(shown.checks_per_second["accepted"] == 1000)
        let checks = try #require(shown.latency_seconds["check_duration_seconds"] ?? nil)
        #expect(checks.p50 > 0)
        #expect(shown.workers.count == 2 && shown.interval_seconds == 2)
        #expect(!json.contains("\n"))
    }

    @Test(
        arguments: [(0, "0s"), (119, "119s"), (120, "2m"), (7200, "2h"), (172_800, "2d"), (-1, "0s")]
            as [(Double, String)])
    func `ages have one unit`(_ seconds: Double, _ shown: String) {
        #expect(ShownTime.of(seconds: seconds) == shown)
    }

    @Test(
        arguments: [
            (0.00004, "0.04ms"), (0.00123, "1.2ms"), (0.0456, "46ms"), (1.26, "1.3s"), (0, "0.00ms"),
        ] as [(Double, String)])
    func `latencies have two digits or so`(_ seconds: Double, _ shown: String) {
        #expect(ShownTime.ofLatency(seconds: seconds) == shown)
    }

    @Test(
        arguments: [(0, "0"), (0.25, "0.3"), (12, "12"), (12.34, "12.3"), (123.4, "123"), (-1, "0")]
            as [(Double, String)])
    func `numbers have a digit behind the point if that says something`(_ number: Double, _ shown: String) {
        #expect(ShownNumber.of(number) == shown)
    }
}
