import TestSupport

/// The samples of a gate's metrics, by their names without the prefix `authfcgi_`.
struct ScrapedMetrics {
    let text: String
    private let values: [String: Double]

    /// Reads the metrics over HTTP.
    init(from endpoint: Endpoint) throws {
        let answer = try HTTPClient(endpoint).get("/metrics")
        guard answer.status == 200 else { throw SupportError.unexpected("HTTP status \(answer.status) for /metrics") }
        try self.init(String(decoding: answer.body, as: UTF8.self))
    }

    /// Reads the metrics over FastCGI, on the socket for checks.
    init(from gate: GateProcess) throws {
        let answer = try gate.ask("GET", "/metrics")
        guard answer.status == 200 else { throw SupportError.unexpected("\(answer)") }
        try self.init(answer.text)
    }

    private init(_ text: String) throws {
        self.text = text
        var values: [String: Double] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: " ")
            guard parts.count == 2, parts[0].hasPrefix("authfcgi_"), let value = Double(parts[1]) else {
                throw SupportError.unexpected("no sample: \(line)")
            }
            values[String(parts[0].dropFirst("authfcgi_".count))] = value
        }
        self.values = values
    }

    /// The value of a sample, such as `checks_total{outcome="accepted"}`; nil if there is none.
    subscript(name: String) -> Double? { values[name] }

    /// The number of checks with an outcome.
    func checks(_ outcome: String) -> Double { values["checks_total{outcome=\"\(outcome)\"}"] ?? -1 }
}
