import FoundationEssentials
import TestSupport
import Testing

/// People at the site in a real browser: Chromium, the shipped nginx files, the gate, and an application.
///
/// What each scenario does, and what has to be true, is in `Scenarios/`.
@Suite(.serialized, .leavesCleanLogs) struct BrowserTests {
    private static let password = "correct horse battery"

    static let scenarios = [
        "sign_in_keeps_the_address", "token_is_only_in_the_cookie", "wrong_password", "name_is_escaped", "throttled",
        "sign_out", "back_button_shows_nothing", "somebody_else", "without_javascript", "cookie_of_one_host",
        "remembered", "one_login_for_two_hosts", "back_to_the_other_host", "contradicting_cookies",
        "contradicting_cookie_of_a_path", "several_tabs", "plain_http",
        "dropped_cookie", "no_redirect_leaves_the_site", "no_form_leaves_the_site", "signed_in_goes_straight_back",
        "only_page_loads_are_redirected", "other_site_signs_nobody_out", "other_site_signs_nobody_in",
        "pages_are_in_no_frame", "account_page", "sign_out_everywhere", "end_of_one_session", "two_users_in_two_tabs",
        "session_that_ended_elsewhere", "messages_of_links", "change_of_the_password", "link_for_a_new_password",
        "accessible", "headers_of_pages", "languages", "small_windows", "large_letters",
        "dark", "password_managers", "keyboard", "pictures",
    ]
    /// The scenarios of other suites.
    private static let others = ["page_while_away", "first_minute"]

    /// The pods and the run of all scenarios. The pods differ in the settings of the gate, and share a database.
    private static let run = Result { () throws -> [String: String] in
        let folder = try TestFolder()
        let (server, database) = try SharedServers.newDatabase()
        let files = try TLSFiles(in: folder, names: ["DNS:*.example.test"])
        let ports = try Endpoint.freePorts(4)
        let hosts = ["app", "other"].map { "https://\($0).example.test:\(ports[1])" }
        func pod(
            _ name: String, _ port: UInt16, _ files: TLSFiles?, _ environment: [String: String]
        ) throws -> BrowserPod {
            try BrowserPod(
                in: folder, name: name, server: server, database: database, port: port, certificate: files,
                environment: environment.merging(["SESSION_REMEMBERED_LIFETIME": "30d"]) { $1 })
        }
        let pods = [
            try pod("site", ports[0], files, [:]),
            try pod("domain", ports[1], files, ["COOKIE_DOMAIN": "example.test", "REDIRECT_ORIGINS": hosts[1]]),
            try pod("plain", ports[2], nil, ["COOKIE_SECURE": "off"]),
            try pod("misconfigured", ports[3], nil, [:]),
        ]
        for name in ["ann", "bob", "carol", "dora", "erin", "frank", "gina", "hugo", "iris"] {
            let fullName = "\(name.prefix(1).uppercased())\(name.dropFirst()) Example"
            let options = ["--name", fullName, "--email", "\(name)@example.com"]
            try pods[0].gate.addUser(name, password: password, groups: ["staff"], options: options)
        }
        RunRecord.note(secret: password)
        func resetLink(_ user: String) throws -> String { "/auth/reset?code=\(try pods[0].gate.resetCode(of: user))" }
        var settings = BrowserSettings(site: "https://app.example.test:\(ports[0])")
        settings.domain = hosts
        settings.plain = "http://localhost:\(ports[2])"
        settings.misconfigured = "http://app.example.test:\(ports[3])"
        settings.password = password
        settings.reset = try resetLink("dora")
        // The second link of a user makes the first one useless.
        settings.used = try resetLink("carol")
        settings.look = try resetLink("carol")
        if BrowserSettings.makesPictures {
            settings.pictures = [".build-browser/pictures", "docs/pictures"].map { Repository.path($0) }
            for path in settings.pictures ?? [] {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            }
        }
        let problems = try BrowserRun(scenarios, settings, in: folder).problems()
        for pod in pods { RunRecord.keep(pod.logs) }
        return problems
    }

    @Test(arguments: scenarios)
    func `a person with a browser`(scenario: String) throws {
        let problem = try #require(try Self.run.get()[scenario], "the scenario was not run")
        #expect(problem == "")
    }

    @Test func `every scenario is run by a test`() throws {
        #expect(try Set(BrowserRun.allScenarios()) == Set(Self.scenarios + Self.others))
    }
}
