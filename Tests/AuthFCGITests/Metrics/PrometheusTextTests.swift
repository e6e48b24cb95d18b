import EventLoop
import Sessions
import Testing

@testable import AuthFCGI

struct PrometheusTextTests {
    private func written(_ write: (inout PrometheusText) -> Void) -> String {
        var text = PrometheusText()
        write(&text)
        return String(decoding: text.bytes, as: UTF8.self)
    }

    @Test func `a family has its help and type once`() {
        let text = written { text in
            for outcome in ["good", "bad"] {
                text.add(
                    MetricEntry("things_total", .init("outcome", outcome), .init("kind", "x"), help: "Things."),
                    .counter, "3")
            }
            text.add(MetricEntry("size", help: "Size."), .gauge, "0.5")
        }
        #expect(
            text == """
                # HELP authfcgi_things_total Things.
                # TYPE authfcgi_things_total counter
                authfcgi_things_total{outcome="good",kind="x"} 3
                authfcgi_things_total{outcome="bad",kind="x"} 3
                # HELP authfcgi_size Size.
                # TYPE authfcgi_size gauge
                authfcgi_size 0.5

                """)
    }

    @Test func `buckets of a histogram are cumulative and end in +Inf`() {
        var buckets = [UInt64](repeating: 0, count: LatencyBuckets.count)
        (buckets[0], buckets[2], buckets[LatencyBuckets.count - 1]) = (1, 2, 4)
        let lines = written { text in
            text.add(
                MetricEntry("x_seconds", .init("a", "b"), help: "X."), buckets: buckets, nanoseconds: 1_500_000_000)
        }.split(separator: "\n")
        #expect(lines[1] == "# TYPE authfcgi_x_seconds histogram")
        #expect(lines[2] == #"authfcgi_x_seconds_bucket{a="b",le="0.00005"} 1"#)
        #expect(lines[3] == #"authfcgi_x_seconds_bucket{a="b",le="0.0001"} 1"#)
        #expect(lines[4] == #"authfcgi_x_seconds_bucket{a="b",le="0.00025"} 3"#)
        #expect(lines.suffix(4)[lines.endIndex - 4] == #"authfcgi_x_seconds_bucket{a="b",le="10"} 3"#)
        #expect(lines.suffix(3)[lines.endIndex - 3] == #"authfcgi_x_seconds_bucket{a="b",le="+Inf"} 7"#)
        #expect(lines.suffix(2)[lines.endIndex - 2] == #"authfcgi_x_seconds_sum{a="b"} 1.5"#)
        #expect(lines.last == #"authfcgi_x_seconds_count{a="b"} 7"#)
    }

    @Test(
        arguments: [
            (0, "0"), (1, "0.000000001"), (50_000, "0.00005"), (1_000_000_000, "1"), (12_340_000_000, "12.34"),
        ] as [(UInt64, String)])
    func `times are in seconds without superfluous zeros`(_ nanoseconds: UInt64, _ shown: String) {
        #expect(PrometheusText.seconds(nanoseconds) == shown)
    }

    @Test func `all metrics of the tables are in the text`() throws {
        let scoreboard = try Scoreboard()
        let slot = try scoreboard.newWorker(slot: 0, number: 0)
        for gauge in Gauge.allCases { slot.set(gauge, to: 1) }
        let reading = scoreboard.read(at: .now)
        let text = String(
            decoding: MetricsText.of(reading, GateFacts(workers: 2), startedAt: 1_700_000_000_500_000_000),
            as: UTF8.self)
        let lines = text.split(separator: "\n")
        for metric in Metric.all { #expect(lines.contains("authfcgi_\(metric.entry.key) 0")) }
        for gauge in Gauge.allCases { #expect(lines.contains { $0.hasPrefix("authfcgi_\(gauge.entry.key) ") }) }
        for latency in LatencyMetric.all {
            #expect(lines.contains("# TYPE authfcgi_\(latency.entry.family) histogram"))
        }
        #expect(lines.contains("authfcgi_start_time_seconds 1700000000.5"))
        #expect(lines.contains("authfcgi_workers_wanted 2"))
        #expect(lines.contains(#"authfcgi_workers{state="starting"} 1"#))
        #expect(lines.contains("authfcgi_notification_queue_ratio 0.01"))
        #expect(lines.contains("authfcgi_cleanup_lag_seconds 0.000000001"))
        // FastCGI answers of more than 64 KiB are sent in parts, which no part of this program reads.
        #expect(text.utf8.count < 60_000)
        #expect(Set(lines).count == lines.count)
    }
}
