import FoundationEssentials
import TestSupport

/// The sites of `BrowserTests`. Their gates differ in the settings, and share a database; in front of each are an nginx that
/// asks over FastCGI and one that asks over HTTP, and in front of one also Caddy.
struct BrowserSites {
    /// What precedes the names of scenarios in the results.
    static let overHTTP = "over HTTP: "
    static let behindCaddy = "behind Caddy: "

    private static let password = "correct horse battery"
    private static let names = ["ann", "bob", "carol", "dora", "erin", "frank", "gina", "hugo", "iris"]
    /// What follows the names of users whom a scenario changes: each protocol has its own.
    private static let ownOverHTTP = "2"
    private static let changed = ["bob", "dora", "hugo"]

    private let folder: TestFolder
    private let pods: [BrowserPod]
    private let caddy: FrontSite
    private let settings: [BrowserSettings]

    init() throws {
        let folder = try TestFolder()
        self.folder = folder
        let (server, database) = try SharedServers.newDatabase()
        let files = try TLSFiles(in: folder, names: ["DNS:*.example.test"])
        let free = try Endpoint.freePorts(8)
        let ports = (0..<4).map { BrowserPorts(fastCGI: free[2 * $0], http: free[2 * $0 + 1]) }
        func hosts(_ form: GateProtocol) -> [String] {
            ["app", "other"].map { "https://\($0).example.test:\(ports[1][form])" }
        }
        let plain = try GateAddresses(in: folder, name: "plain-gate")
        let origins = GateProtocol.allCases.map { hosts($0)[1] }.joined(separator: ",")
        let kinds: [(name: String, files: TLSFiles?, environment: [String: String])] = [
            ("site", files, [:]), ("domain", files, ["COOKIE_DOMAIN": "example.test", "REDIRECT_ORIGINS": origins]),
            ("plain", nil, ["COOKIE_SECURE": "off", "LISTEN": plain.listen]), ("misconfigured", nil, [:]),
        ]
        let pods = try zip(kinds, ports).map { kind, ports in
            try BrowserPod(
                in: folder, name: kind.name, server: server, database: database, ports: ports,
                certificate: kind.files,
                environment: kind.environment.merging(["SESSION_REMEMBERED_LIFETIME": "30d"]) { $1 })
        }
        let gate = pods[0].gate
        let caddy = try FrontSite(.caddy, in: TestFolder(), before: pods[2].gate, at: plain)
        (self.pods, self.caddy) = (pods, caddy)
        for name in Self.names + Self.changed.map({ $0 + Self.ownOverHTTP }) {
            let fullName = "\(name.prefix(1).uppercased())\(name.dropFirst()) Example"
            let options = ["--name", fullName, "--email", "\(name)@example.com"]
            try gate.addUser(name, password: Self.password, groups: ["staff"], options: options)
        }
        RunRecord.note(secret: Self.password)

        func resetLink(_ user: String) throws -> String { "/auth/reset?code=\(try gate.resetCode(of: user))" }
        // The second link of a user makes the first one useless.
        let (used, look) = (try resetLink("carol"), try resetLink("carol"))
        func visit(_ form: GateProtocol, _ scenarios: [String]) throws -> BrowserSettings {
            var settings = BrowserSettings(site: "https://app.example.test:\(ports[0][form])")
            settings.domain = hosts(form)
            settings.plain = "http://localhost:\(ports[2][form])"
            settings.misconfigured = "http://app.example.test:\(ports[3][form])"
            settings.password = Self.password
            settings.own = form == .http ? Self.ownOverHTTP : ""
            settings.reset = try resetLink("dora" + settings.own)
            (settings.used, settings.look) = (used, look)
            settings.scenarios = scenarios
            return settings
        }
        var overFastCGI = try visit(.fastCGI, BrowserTests.scenarios)
        if BrowserSettings.makesPictures {
            overFastCGI.pictures = [".build-browser/pictures", "docs/pictures"].map { Repository.path($0) }
            for path in overFastCGI.pictures ?? [] {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            }
        }
        var overHTTP = try visit(.http, BrowserTests.scenariosOverHTTP)
        overHTTP.prefix = Self.overHTTP
        var behindCaddy = BrowserSettings(site: "")
        behindCaddy.prefix = Self.behindCaddy
        behindCaddy.plain = "http://localhost:\(caddy.port)"
        behindCaddy.password = Self.password
        behindCaddy.scenarios = BrowserTests.scenariosBehindCaddy
        self.settings = [overFastCGI, overHTTP, behindCaddy]
    }

    /// Runs all scenarios, and returns the problems by scenario, with what precedes its name.
    func run() throws -> [String: String] {
        try withExtendedLifetime((pods, caddy)) { try BrowserRun(settings, in: folder).problems() }
    }
}
