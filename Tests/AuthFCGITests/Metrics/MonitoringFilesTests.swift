import FoundationEssentials
import TestSupport
import Testing

@testable import AuthFCGI
@testable import Sessions

/// The files of deploy/prometheus agree with the program and with each other.
struct MonitoringFilesTests {
    private static let folder = "deploy/prometheus"
    private let guide: String
    private let alerts: [Alert]

    private struct Alert {
        let name: String
        var severity = ""
        var annotations: [String: String] = [:]
    }

    init() throws {
        guide = try Repository.text("\(Self.folder)/README.md")
        alerts = Self.alerts(in: try Repository.text("\(Self.folder)/alerts.yml"))
    }

    /// Reads the rules, whose texts are in single quotes, one to a line.
    private static func alerts(in text: String) -> [Alert] {
        var alerts: [Alert] = []
        for line in text.split(separator: "\n") {
            let words = line.drop { $0 == " " }
            if words.hasPrefix("- alert: ") {
                alerts.append(Alert(name: String(words.dropFirst("- alert: ".count))))
            } else if words.hasPrefix("severity: ") {
                alerts[alerts.count - 1].severity = String(words.dropFirst("severity: ".count))
            } else if let colon = words.firstIndex(of: ":"), words.hasSuffix("'"), !alerts.isEmpty {
                let value = words[colon...].dropFirst(3).dropLast().replacing("''", with: "'")
                alerts[alerts.count - 1].annotations[String(words[..<colon])] = String(value)
            }
        }
        return alerts
    }

    @Test func `every metric in these files exists`() throws {
        let entries = Metric.all.map(\.entry) + Gauge.allCases.map(\.entry)
        let histograms = LatencyMetric.all.map(\.entry.family)
        var known = Set(entries.map(\.family) + histograms + ["build_info", "start_time_seconds", "workers"])
        known.formUnion(histograms.map { $0 + "_bucket" } + ["workers_wanted"])
        for name in ["README.md", "alerts.yml", "alerts.test.yml", "dashboard.json"] {
            let text = try Repository.text("\(Self.folder)/\(name)")
            let named = text.ranges(of: "authfcgi_").map { range in
                String(text[range.upperBound...].prefix { $0.isLowercase || $0 == "_" })
            }
            #expect(!named.isEmpty)
            for metric in named { #expect(known.contains(metric), "\(metric) in \(name)") }
        }
    }

    @Test func `every alert says what it means and what to do, in the words of the guide`() {
        #expect(alerts.count >= 20)
        #expect(Set(alerts.map(\.name)).count == alerts.count)
        // The guide's lines are broken.
        let words = Self.words(guide)
        for alert in alerts {
            #expect(["critical", "warning", "info"].contains(alert.severity), "\(alert.name)")
            #expect(alert.annotations["summary"]?.hasSuffix(".") == true, "\(alert.name)")
            #expect(guide.contains("\n### \(alert.name)\n"))
            #expect(alert.annotations["guide"] == "deploy/prometheus/README.md#\(alert.name.lowercased())")
            let action = alert.annotations["action"] ?? ""
            #expect(!action.isEmpty && words.contains(Self.words(action)), "\(alert.name)")
            let meaning = alert.annotations["description"] ?? ""
            #expect(!meaning.isEmpty && words.contains(Self.words(meaning)), "\(alert.name)")
        }
        let headings = guide.split(separator: "\n").filter { $0.hasPrefix("### ") }
        #expect(headings.count == alerts.count)
    }

    private static func words(_ text: String) -> String { text.split { $0.isWhitespace }.joined(separator: " ") }

    @Test func `settings and commands that the guide names exist`() {
        for name in ["METRICS_LISTEN", "REVOCATION_DELAY", "STALE_IF_DATABASE_DOWN", "SESSION_CLEANUP_INTERVAL"] {
            #expect(guide.contains(name) && SettingTable.all.contains { $0.name == name })
        }
    }

    @Test func `the dashboard is JSON, and its panels do not overlap`() throws {
        struct Dashboard: Decodable {
            struct Panel: Decodable {
                struct Place: Decodable {
                    let x: Int
                    let y: Int
                    let w: Int
                    let h: Int
                }
                let id: Int
                let title: String
                let gridPos: Place
            }
            let uid: String
            let panels: [Panel]
        }
        let data = Data(try Repository.text("\(Self.folder)/dashboard.json").utf8)
        let dashboard = try JSONDecoder().decode(Dashboard.self, from: data)
        #expect(dashboard.uid == "authfcgi" && dashboard.panels.count > 20)
        #expect(Set(dashboard.panels.map(\.id)).count == dashboard.panels.count)
        var taken: Set<Int> = []
        for panel in dashboard.panels {
            let place = panel.gridPos
            #expect(!panel.title.isEmpty && place.x + place.w <= 24)
            for row in place.y..<place.y + place.h {
                for column in place.x..<place.x + place.w {
                    #expect(taken.insert(row * 24 + column).inserted, "\(panel.title)")
                }
            }
        }
    }
}
