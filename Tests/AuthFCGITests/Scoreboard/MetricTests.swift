import Sessions
import Testing

@testable import AuthFCGI

/// The tables of metrics.
struct MetricTests {
    private static var entries: [MetricEntry] {
        Metric.all.map(\.entry) + Gauge.allCases.map(\.entry) + LatencyMetric.all.map(\.entry)
    }

    @Test func `every counter, gauge and histogram has a place of its own in a slot`() {
        let indices = Metric.all.map(\.index)
        #expect(Set(indices).count == indices.count)
        #expect(indices.allSatisfy { (0..<Metric.count).contains($0) })
        #expect(LatencyMetric.all.map(\.index) == Array(LatencyMetric.all.indices))
        #expect(ScoreboardLayout.size <= ScoreboardSlot.capacity)
        #expect(MemoryLayout<ScoreboardSlot>.size <= 4096)
    }

    @Test func `names are unique and of Prometheus' form, and say what they count`() {
        let keys = Self.entries.map(\.key)
        #expect(Set(keys).count == keys.count)
        for entry in Self.entries {
            for name in [entry.family] + entry.labels.map(\.name) {
                #expect(!name.isEmpty && name.allSatisfy { $0.isASCII && $0.isLowercase || $0 == "_" }, "\(name)")
            }
            #expect(entry.labels.allSatisfy { !$0.value.contains { "\\\"\n".contains($0) } })
            #expect(entry.help.hasSuffix(".") && !entry.help.contains("\n") && !entry.help.contains("\\"))
        }
        for metric in Metric.all { #expect(metric.entry.family.hasSuffix("_total")) }
        for gauge in Gauge.allCases { #expect(!gauge.entry.family.hasSuffix("_total")) }
        for latency in LatencyMetric.all { #expect(latency.entry.family.hasSuffix("_duration_seconds")) }
    }

    @Test func `the metrics of a family follow one another and have the same help`() {
        for entries in [Metric.all.map(\.entry), Gauge.allCases.map(\.entry), LatencyMetric.all.map(\.entry)] {
            var seen: Set<String> = []
            for (index, entry) in entries.enumerated() {
                let before = index == 0 ? nil : entries[index - 1]
                if before?.family == entry.family {
                    #expect(before?.help == entry.help && !entry.labels.isEmpty)
                } else {
                    #expect(seen.insert(entry.family).inserted, "\(entry.family)")
                }
            }
        }
    }

    @Test func `labels have the values of fixed lists, which are few`() {
        // A label with a user, an address or a token would have any number of values.
        let values = Set(Self.entries.flatMap(\.labels).map(\.value))
        #expect(values.count < 50)
        #expect(Metric.all.count < 100)
    }

    @Test func `the actions of clients are those that the gate records, and no command's`() {
        for action in AuditAction.ofClients { #expect(!action.rawValue.hasPrefix("user_")) }
        #expect(!AuditAction.ofClients.contains(.sessionRevoke))
        #expect(Set(AuditAction.ofClients).count == AuditAction.ofClients.count)
    }
}
