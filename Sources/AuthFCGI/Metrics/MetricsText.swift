internal import Sessions

/// All metrics as text for Prometheus. Every counter, gauge and histogram of the tables is in it.
enum MetricsText {
    /// Returns the text.
    /// - Parameters:
    ///   - reading: What the scoreboard says.
    ///   - facts: What does not change.
    ///   - startedAt: The start of the program in nanoseconds since 1970; nil if it is not known.
    static func of(_ reading: ScoreboardReading, _ facts: GateFacts, startedAt: UInt64?) -> [UInt8] {
        var text = PrometheusText()
        addProgram(facts, startedAt, to: &text)
        for state in WorkerState.allCases {
            text.add(
                MetricEntry(
                    "workers", .init("state", state.name), help: "Worker processes by their state."), .gauge,
                "\(reading.count(of: state))")
        }
        for metric in Metric.all { text.add(metric.entry, .counter, "\(reading[metric])") }
        for gauge in Gauge.allCases {
            if let value = reading[gauge] { text.add(gauge.entry, .gauge, gauge.text(value)) }
        }
        for latency in LatencyMetric.all {
            let histogram = reading[latency]
            text.add(latency.entry, buckets: histogram.buckets, nanoseconds: histogram.nanoseconds)
        }
        return text.bytes
    }

    private static func addProgram(_ facts: GateFacts, _ startedAt: UInt64?, to text: inout PrometheusText) {
        text.add(
            MetricEntry(
                "build_info", .init("version", facts.version), .init("schema", "\(facts.schema)"),
                help: "Version of the program, and the number of its last migration; always 1."), .gauge, "1")
        if let startedAt {
            text.add(
                MetricEntry("start_time_seconds", help: "Start of the program, in seconds since 1970."), .gauge,
                PrometheusText.decimal(startedAt / 1_000_000, digits: 3))
        }
        text.add(
            MetricEntry("workers_wanted", help: "Worker processes that the settings ask for."), .gauge,
            "\(facts.workers)")
    }
}

extension Gauge {
    /// Returns a value in the base unit of Prometheus.
    func text(_ value: UInt64) -> String {
        switch unit {
        case .number: String(value)
        case .nanoseconds: PrometheusText.seconds(value)
        case .percent: PrometheusText.decimal(value, digits: 2)
        }
    }
}
