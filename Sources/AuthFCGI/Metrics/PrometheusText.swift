internal import Sessions

/// Text in Prometheus' exposition format, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format). Writes the lines of one family after
/// the other.
struct PrometheusText {
    /// The type of a family.
    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    private(set) var bytes: [UInt8] = []
    private var family = ""

    /// What all names begin with.
    static let prefix = "authfcgi_"

    init() {
        bytes.reserveCapacity(32 << 10)
    }

    /// Adds a counter or a gauge.
    mutating func add(_ entry: MetricEntry, _ kind: Kind, _ value: String) {
        begin(entry, kind)
        addSample(entry.family, entry.labels, value)
    }

    /// Adds a histogram.
    /// - Parameters:
    ///   - buckets: The number of durations in each of ``LatencyBuckets``, not cumulative.
    ///   - nanoseconds: The sum of all durations.
    mutating func add(_ entry: MetricEntry, buckets: some Collection<UInt64>, nanoseconds: UInt64) {
        begin(entry, .histogram)
        let name = entry.family + "_bucket"
        var count: UInt64 = 0
        for (index, durations) in buckets.enumerated() {
            count += durations
            let bound =
                index < LatencyBuckets.bounds.count
                ? Self.seconds(UInt64(LatencyBuckets.bounds[index])) : "+Inf"
            addSample(name, entry.labels + [.init("le", bound)], "\(count)")
        }
        addSample(entry.family + "_sum", entry.labels, Self.seconds(nanoseconds))
        addSample(entry.family + "_count", entry.labels, "\(count)")
    }

    /// Returns a time in seconds, without superfluous zeros.
    static func seconds(_ nanoseconds: UInt64) -> String { decimal(nanoseconds, digits: 9) }

    /// Returns a number of which the last `digits` digits are behind the point, without superfluous zeros.
    static func decimal(_ number: UInt64, digits: Int) -> String {
        let text = String(number)
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.utf8.count)) + text
        let (whole, rest) = (padded.dropLast(digits), padded.suffix(digits))
        let fraction = rest.trimmingSuffix("0")
        return fraction.isEmpty ? String(whole) : "\(whole).\(fraction)"
    }

    private mutating func begin(_ entry: MetricEntry, _ kind: Kind) {
        guard entry.family != family else { return }
        family = entry.family
        append("# HELP ", Self.prefix, family, " ", entry.help)
        append("\n# TYPE ", Self.prefix, family, " ", kind.rawValue)
        append("\n")
    }

    private mutating func addSample(_ name: String, _ labels: [MetricEntry.Label], _ value: String) {
        append(Self.prefix, name)
        for (index, label) in labels.enumerated() {
            append(index == 0 ? "{" : ",", label.name, "=\"", label.value, "\"")
        }
        append(labels.isEmpty ? " " : "} ", value, "\n")
    }

    private mutating func append(_ texts: String...) {
        for text in texts { bytes.append(contentsOf: text.utf8) }
    }
}

extension Substring {
    /// Returns the text without all characters `character` at its end.
    fileprivate func trimmingSuffix(_ character: Character) -> Substring {
        var rest = self
        while rest.last == character { rest.removeLast() }
        return rest
    }
}
