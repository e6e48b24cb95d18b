import Testing

@testable import AuthFCGI

/// Variables of the environment that begin like settings.
struct UnknownVariableTests {
    @Test(arguments: [
        ("AUTHFCGI_WORKRES", "AUTHFCGI_WORKERS"), ("AUTHFCGI_WORKER", "AUTHFCGI_WORKERS"),
        ("AUTHFCGI_DATABSE_URL", "AUTHFCGI_DATABASE_URL"), ("AUTHFCGI_REDIS_URL_FIEL", "AUTHFCGI_REDIS_URL_FILE"),
        ("authfcgi_workers", "AUTHFCGI_WORKERS"), ("AUTHFGCI_WORKERS", "AUTHFCGI_WORKERS"),
        ("AUTH_FCGI_LOG_LEVEL", "AUTHFCGI_LOG_LEVEL"),
    ])
    func `a misspelt name has the nearest one`(_ name: String, _ meant: String) {
        let found = UnknownVariable.all(in: [name: "4", "PATH": "/bin"])
        #expect(found == [UnknownVariable(name: name, meant: meant)])
        let text = "\(name) in the environment is no setting, and has no effect: did you mean \(meant)?"
        #expect(found.first?.finding.sentence == text && found.first?.finding.weight == .warning)
    }

    @Test(arguments: ["AUTHFCGI_BINARY", "AUTHFCGI_TESTS", "AUTHFCGI_TEST_KEEP", "AUTHFCGI_SITE", "AUTHFCGI_PORT"])
    func `a name that resembles none is a note alone`(_ name: String) {
        let found = UnknownVariable.all(in: [name: "8080"])
        #expect(found == [UnknownVariable(name: name, meant: nil)])
        #expect(found.first?.finding == .note("\(name) in the environment is no setting, and has no effect"))
    }

    @Test(arguments: [
        ("REDIS_ULR", "REDIS_URL"), ("DATABSE_URL", "DATABASE_URL"), ("DATABASE_URI", "DATABASE_URL"),
        ("database_url", "DATABASE_URL"), ("REDIS_URL_FIEL", "REDIS_URL_FILE"),
        ("DATABASE_URLFILE", "DATABASE_URL_FILE"),
    ])
    func `a name that resembles one without the prefix is a note with it, unless that setting has a value`(
        _ name: String, _ meant: String
    ) {
        let found = UnknownVariable.all(in: [name: "x", "PATH": "/bin"])
        #expect(found == [UnknownVariable(name: name, meant: meant)])
        let fact = "\(name) in the environment is no setting, and has no effect"
        #expect(found.first?.finding == .note(fact, "did you mean \(meant)?"))
        let setting = meant.replacing("_FILE", with: "")
        for variable in [setting, "\(setting)_FILE", "AUTHFCGI_\(setting)"] {
            #expect(UnknownVariable.all(in: [name: "x", variable: "y"]) == [], "\(variable)")
        }
    }

    @Test func `names of settings, empty values and other programs' variables are not mentioned`() {
        let ours = SettingTable.all.flatMap(\.allVariables)
        let others =
            ["PATH", "WORKRES", "AUTH_USER", "AUTH_TOKEN", "AUTHELIA_JWT_SECRET", "USER", "FCGI_ROLE"]
            + ["REDIS_SSL", "REDIS_TTL", "REDIS_HOST", "DATABASE_NAME", "DATABASE_URL_RO"]
        for names in [ours + others, others] {
            let environment = Dictionary(uniqueKeysWithValues: Set(names).map { ($0, "x") })
            #expect(UnknownVariable.all(in: environment) == [])
        }
        #expect(UnknownVariable.all(in: ["AUTHFCGI_WORKRES": ""]) == [])
    }

    /// Kubernetes, for services called authfcgi and authfcgi-metrics.
    private static let ofServices = [
        "AUTHFCGI_SERVICE_HOST": "10.0.0.1", "AUTHFCGI_SERVICE_PORT": "8080", "AUTHFCGI_SERVICE_PORT_CHECK": "8081",
        "AUTHFCGI_PORT": "tcp://10.0.0.1:8080", "AUTHFCGI_PORT_8080_TCP": "tcp://10.0.0.1:8080",
        "AUTHFCGI_PORT_8080_TCP_PROTO": "tcp", "AUTHFCGI_PORT_8080_TCP_PORT": "8080",
        "AUTHFCGI_PORT_8080_TCP_ADDR": "10.0.0.1", "AUTHFCGI_METRICS_SERVICE_HOST": "10.0.0.2",
        "AUTHFCGI_METRICS_SERVICE_PORT": "9464", "AUTHFCGI_METRICS_PORT": "udp://10.0.0.2:9464",
        "AUTHFCGI_METRICS_PORT_9464_UDP_ADDR": "10.0.0.2",
    ]

    @Test func `what Kubernetes makes for services is neither mentioned nor read`() {
        #expect(UnknownVariable.all(in: Self.ofServices) == [])
        #expect(SettingNames.all.allSatisfy { Self.ofServices[$0] == nil })
        // Nor would any other service make the name of a setting.
        for name in SettingNames.all {
            #expect(!name.contains("_SERVICE_HOST") && !name.contains("_SERVICE_PORT") && !name.hasSuffix("_PORT"))
            #expect(!name.contains(/_PORT_[0-9]/), "\(name)")
        }
    }

    @Test func `what was misspelt is said along with settings that cannot be used, and alone is no problem`() {
        func problems(_ environment: [String: String]) -> [String] {
            let host = SettingsSources.Host(
                cores: 1, readFile: { _ throws(TextFileError) in throw .notText }, userID: { _ in nil },
                groupID: { _ in nil })
            do throws(SettingsProblems) {
                _ = try Settings(SettingsSources(environment: environment, host: host))
                return []
            } catch {
                return error.lines
            }
        }
        let found = problems(["AUTHFCGI_DATABSE_URL": "postgresql:///d", "AUTHFCGI_BINARY": "x"])
        #expect(found.count == 2 && found.first?.hasPrefix("DATABASE_URL is not set; ") == true, "\(found)")
        #expect(found.last?.hasSuffix(": did you mean AUTHFCGI_DATABASE_URL?") == true, "\(found)")
        #expect(problems(["DATABASE_URL": "postgresql:///d", "AUTHFCGI_WORKRES": "4"]) == [])
    }
}
