internal import EventLoop
internal import Sessions

/// The screen of `authfcgi status`: at most 80 columns wide, and 24 lines high with two workers and nothing wrong.
struct StatusScreen {
    private let figures: StatusFigures

    /// The width of the first column.
    private static let nameWidth = 12
    private static let columnWidth = 12

    init(_ figures: StatusFigures) {
        self.figures = figures
    }

    /// The lines, each with a line feed.
    var text: String {
        var lines = [heading]
        for part in [rates + latencies, conditions, workers + troubles] {
            lines.append("")
            lines += part
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private var heading: String {
        let report = figures.report
        let uptime = report.uptime.map { ", up \(ShownTime.of(seconds: $0))" } ?? ""
        let version = PrintableText.of(report.version, longest: 20)
        return "authfcgi \(version), schema \(report.schema)\(uptime); "
            + "\(figures.serving) of \(report.workersWanted) workers serving"
    }

    // MARK: Rates and latencies

    private var rates: [String] {
        rows("per second", "checks", figures.checks) + rows("", "answers", figures.answers)
            + rows("", "logins", figures.logins)
    }

    private func rows(_ corner: String, _ name: String, _ rates: [(name: String, rate: Double)]) -> [String] {
        let total = rates.reduce(0) { $0 + $1.rate }
        return [
            line(corner, ["all"] + rates.map(\.name)),
            line(name, [ShownNumber.of(total)] + rates.map { ShownNumber.of($0.rate) }),
        ]
    }

    private var latencies: [String] {
        let named: [(String, LatencyMetric)] = [
            ("checks", .checks), ("PostgreSQL", .store(.postgreSQL)), ("Redis", .store(.redis)), ("logins", .logins),
        ]
        let quantiles = named.map { figures.quantiles(of: $0.1) }
        func row(_ name: String, _ value: (LatencyQuantiles) -> Double) -> String {
            line(name, quantiles.map { $0.map { ShownTime.ofLatency(seconds: value($0)) } ?? "-" })
        }
        return [
            line("latency", named.map(\.0)), row("p50") { $0.p50 }, row("p95") { $0.p95 }, row("p99") { $0.p99 },
        ]
    }

    private func line(_ name: String, _ cells: [String]) -> String {
        Self.padded(name, to: Self.nameWidth, .left)
            + cells.map { Self.padded($0, to: Self.columnWidth, .right) }.joined()
    }

    // MARK: Conditions

    private var conditions: [String] {
        [
            condition("lease", lease), condition("PostgreSQL", postgreSQL), condition("Redis", redis),
            condition("sessions", sessions),
            condition("hashing", "\(number(.waitingLogins)) waiting, \(number(.runningHashes)) running"),
            condition("open", "\(connections), \(descriptors)"),
        ]
    }

    private var connections: String { "\(number(.connections)) of \(number(.connectionLimit)) connections" }
    private var descriptors: String { "\(number(.descriptors)) of \(number(.descriptorLimit)) descriptors" }

    private func condition(_ name: String, _ text: String) -> String {
        Self.padded(name, to: Self.nameWidth, .left) + text
    }

    private var lease: String {
        let lag = figures[.revocationLag].map { "; a revocation is heard within \(ShownTime.ofLatency(seconds: $0))" }
        return "\(number(.leases)) of \(figures.report.workers.count) workers\(lag ?? "")"
    }

    private var postgreSQL: String {
        let queue = figures[.notificationQueue].map { "; notification queue \(Int(($0 * 100).rounded())) % full" }
        return "answers \(number(.connected)) of \(figures.report.workers.count) workers\(queue ?? "")"
    }

    private var redis: String {
        let states = [("up", Gauge.redisUp), ("partly up", .redisPartly), ("down", .redisDown)]
        let shown = states.compactMap { name, gauge in
            figures[gauge].flatMap { $0 > 0 ? "\(name) for \(ShownNumber.of($0)) workers" : nil }
        }
        return shown.isEmpty ? "not in use" : shown.joined(separator: ", ")
    }

    private var sessions: String {
        let live = figures[.sessions].map { "\(ShownNumber.of($0)) in the database, " } ?? ""
        let lag = figures[.cleanupLag].flatMap { lag in
            lag > 0 ? "; clean-up \(ShownTime.of(seconds: lag)) behind" : nil
        }
        return "\(live)\(number(.cachedSessions)) in memory\(lag ?? "")"
    }

    private func number(_ gauge: Gauge) -> String { figures[gauge].map { ShownNumber.of($0) } ?? "?" }

    // MARK: Workers and troubles

    private var workers: [String] {
        [line("worker", ["pid", "state", "age", "last turn", "connections"])]
            + figures.report.workers.map { worker in
                line(
                    "\(worker.number)",
                    [
                        "\(worker.pid)", PrintableText.of(worker.state, longest: 10),
                        ShownTime.of(seconds: worker.age),
                        worker.idle.map { ShownTime.ofLatency(seconds: $0) } ?? "-",
                        worker.connections.map { "\($0)" } ?? "-",
                    ])
            }
    }

    private var troubles: [String] {
        let shown = figures.troubles.prefix(8).map { trouble in
            Self.padded(ShownTime.of(seconds: trouble.age) + " ago", to: Self.nameWidth, .left)
                + "\(trouble.count) \(PrintableText.of(trouble.what, longest: 50)) since the start"
        }
        return shown.isEmpty ? ["Nothing was wrong in the last day."] : ["wrong lately"] + shown
    }

    private enum Side { case left, right }

    private static func padded(_ text: String, to width: Int, _ side: Side) -> String {
        let space = String(repeating: " ", count: max(0, width - text.count))
        return side == .left ? text + space : space + text
    }
}
