import Testing

@testable import AuthFCGI

/// METRICS_LISTEN.
struct MetricsAddressTests {
    private func problems(_ environment: [String: String]) -> [String] {
        let sources = SettingsSources(
            environment: environment.merging(["DATABASE_URL": "postgresql:///app"]) { $1 },
            host: .init(
                cores: 2, readFile: { _ throws(TextFileError) in throw .notText }, userID: { _ in nil },
                groupID: { _ in nil }))
        do throws(SettingsProblems) {
            _ = try Settings(sources)
            return []
        } catch {
            return error.lines
        }
    }

    @Test(arguments: ["unix:/run/m.sock", "127.0.0.1:9464", "[::1]:9464", "localhost:9464"])
    func `unix sockets and loopback addresses are taken, and printed alike`(_ text: String) throws {
        let address = try ListenAddress(parsingMetrics: text)
        #expect(address.kind == .metrics && address.place.description == text)
        #expect("\(address)" == "metrics:" + text)
        #expect(problems(["METRICS_LISTEN": text]) == [])
    }

    @Test(arguments: [
        "0.0.0.0:9464", "10.0.0.1:9464", "[::]:9464", "systemd", "fd:0", "9464", "host:9464", "http:[::1]:1",
    ])
    func `whatever other machines could reach is refused`(_ text: String) {
        #expect(throws: ListenAddress.Problem.notForMetrics) { try ListenAddress(parsingMetrics: text) }
        let problems = problems(["METRICS_LISTEN": text])
        #expect(problems.count == 1 && problems[0].hasPrefix("METRICS_LISTEN has the entry "), "\(problems)")
    }

    @Test func `LISTEN and METRICS_LISTEN are apart`() {
        #expect(throws: ListenAddress.Problem.metricsElsewhere) {
            try ListenAddress(parsing: "metrics:127.0.0.1:9464")
        }
        let both = problems(["LISTEN": "unix:/run/a.sock", "METRICS_LISTEN": "unix:/run/a.sock"])
        #expect(both == ["METRICS_LISTEN names unix:/run/a.sock, which is in LISTEN too; write another address"])
    }

    @Test func `a socket of systemd is for metrics if its name says so`() {
        #expect(ListenerKind(socketName: "metrics") == .metrics)
        #expect(ActivatedSocket.kindsOfSystemd(["LISTEN_FDNAMES": "http:metrics:x"]) == [.http, .metrics, .fastCGI])
    }
}
