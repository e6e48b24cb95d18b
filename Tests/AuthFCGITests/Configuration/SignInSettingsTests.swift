import Testing

@testable import AuthFCGI

/// The settings that concern browsers.
struct SignInSettingsTests {
    private static func sources(_ environment: [String: String]) -> SettingsSources {
        SettingsSources(
            flags: [:], environment: environment.merging(["DATABASE_URL": "postgresql://app@db/app"]) { $1 },
            environmentFile: nil,
            host: .init(
                cores: 1, readFile: { _ throws(TextFileError) in throw .notText }, userID: { _ in nil },
                groupID: { _ in nil }))
    }

    private static func problems(_ environment: [String: String]) -> [String] {
        do throws(SettingsProblems) {
            _ = try Settings(sources(environment))
            return []
        } catch {
            return error.lines
        }
    }

    @Test(arguments: [
        ([:], "__Host-session", true), (["COOKIE_DOMAIN": "example.com"], "__Secure-session", true),
        (["COOKIE_SECURE": "off"], "session", false),
        (["COOKIE_SECURE": "off", "COOKIE_DOMAIN": "example.com"], "session", false),
        (["COOKIE_NAME": "sid", "COOKIE_DOMAIN": "example.com"], "sid", true),
        (["COOKIE_NAME": "__Secure-x", "COOKIE_DOMAIN": "example.com"], "__Secure-x", true),
    ])
    func `the cookie has the safest name that the settings allow`(
        _ environment: [String: String], _ name: String, _ isSecure: Bool
    ) throws {
        let settings = try Settings(Self.sources(environment))
        #expect(settings.sessionCookie.name == name && settings.sessionCookie.isSecure == isSecure)
        let domain = environment["COOKIE_DOMAIN"].map { "; Domain=\($0)" } ?? ""
        #expect(
            settings.sessionCookie.expired.text.hasPrefix("\(name)=; Path=/\(domain)\(isSecure ? "; Secure" : ""); "))
        // A worker reads the same from what its supervisor passes.
        #expect(try Settings(Self.sources(settings.environment())).sessionCookie.name == name)
    }

    @Test(arguments: [
        ["COOKIE_NAME": "__Host-sid", "COOKIE_DOMAIN": "example.com"],
        ["COOKIE_NAME": "__Host-sid", "COOKIE_SECURE": "off"],
        ["COOKIE_NAME": "__HOST-sid", "COOKIE_DOMAIN": "example.com"],
        ["COOKIE_NAME": "__secure-sid", "COOKIE_SECURE": "off"], ["COOKIE_SECURE": "maybe"],
        ["COOKIE_NAME": "__Http-sid", "COOKIE_SECURE": "off"],
        ["COOKIE_NAME": "__Host-Http-sid", "COOKIE_SECURE": "off"],
        ["COOKIE_NAME": "__Host-Http-sid", "COOKIE_DOMAIN": "example.com"], ["COOKIE_NAME": "authfcgi_rounds"],
        ["LOGIN_URL": "/auth/logout"], ["LOGIN_URL": "/auth/verify"], ["LOGIN_URL": "/auth/verify/x"],
        ["LOGIN_URL": "https://login.example.com/auth/logout"], ["LOGIN_URL": "/auth/password"],
        ["COOKIE_DOMAIN": ".example.com"], ["COOKIE_DOMAIN": "example.com."], ["COOKIE_DOMAIN": "com"],
        ["COOKIE_DOMAIN": "localhost"], ["COOKIE_DOMAIN": "192.0.2.1"], ["COOKIE_DOMAIN": "example.com:443"],
        ["COOKIE_DOMAIN": "https://example.com"], ["COOKIE_DOMAIN": "a b.example"], ["COOKIE_DOMAIN": "x.com; Path=/"],
        ["REDIRECT_ORIGINS": "app.example.com"], ["REDIRECT_ORIGINS": "https://app.example.com/"],
        ["REDIRECT_ORIGINS": "https://*.example.com"], ["REDIRECT_ORIGINS": "https://a.example,,https://b.example"],
        ["REDIRECT_ORIGINS": "*"], ["REDIRECT_ORIGINS": "javascript://a"], ["REDIRECT_ORIGINS": "https://u@a.example"],
        ["LOGIN_URL": "login"], ["LOGIN_URL": "//login.example"], ["LOGIN_URL": "/login?x=1"],
        ["LOGIN_URL": "/login#x"],
        ["LOGIN_URL": "https://login.example"], ["LOGIN_URL": "https://login.example/a?b"],
        ["LOGIN_URL": "ftp://a.example/"],
        ["LOGIN_URL": "https://u:p@login.example/"], ["LOGIN_URL": "/a b"], ["LOGIN_URL": "/a\r\nX: y"],
        ["LOGIN_URL": "javascript:alert(1)"], ["LOGIN_URL": "/\\evil.example"],
        ["LOGIN_URL": "https://login.example//x"],
    ])
    func `what a browser would ignore, or what leads elsewhere, is refused`(_ environment: [String: String]) {
        let problems = Self.problems(environment)
        #expect(problems.count == 1, "\(problems)")
    }

    @Test func `origins and the address of the sign-in page are read`() throws {
        let environment = [
            "REDIRECT_ORIGINS": "https://App.example.com:443, http://localhost:3000,https://app.example.com",
            "LOGIN_URL": "https://login.example.com/auth/login",
        ]
        let settings = try Settings(Self.sources(environment))
        #expect(settings.redirectOrigins.map(\.text) == ["https://app.example.com", "http://localhost:3000"])
        #expect(settings.signInAddress.url == "https://login.example.com/auth/login")
        #expect(settings.environment()["REDIRECT_ORIGINS"] == "https://app.example.com,http://localhost:3000")
        let plain = try Settings(Self.sources([:]))
        #expect(plain.redirectOrigins.isEmpty && plain.signInAddress.url == "/auth/login")
        #expect(try Settings(Self.sources(["LOGIN_URL": "/sign-in"])).signInAddress.url == "/sign-in")
    }

    private static let login = "https://login.example.com/auth/login"
    private static let app = "https://app.example.com"
    private static let logo = "http://example.com/l.svg"

    private static let hints: [([String: String], [String])] = [
        ([:], []),
        (["LOGIN_URL": login], ["REDIRECT_ORIGINS names no other site", "COOKIE_DOMAIN is not set"]),
        (["LOGIN_URL": login, "REDIRECT_ORIGINS": app], ["COOKIE_DOMAIN is not set"]),
        (["LOGIN_URL": login, "COOKIE_DOMAIN": "example.com"], ["REDIRECT_ORIGINS names no other site"]),
        (
            [
                "LOGIN_URL": login, "COOKIE_DOMAIN": "example.com",
                "REDIRECT_ORIGINS": "https://LOGIN.example.com:443",
            ], ["REDIRECT_ORIGINS names no other site"]
        ),
        (["LOGIN_URL": login, "COOKIE_DOMAIN": "Example.com", "REDIRECT_ORIGINS": app], []),
        (
            ["LOGIN_URL": login, "COOKIE_DOMAIN": "app.example.com", "REDIRECT_ORIGINS": app],
            ["which is not in the domain of COOKIE_DOMAIN, app.example.com"]
        ),
        (
            ["LOGIN_URL": "http://www.example.com/login", "COOKIE_DOMAIN": "example.com", "REDIRECT_ORIGINS": app],
            ["LOGIN_URL begins with http://, and COOKIE_SECURE is on"]
        ),
        (["COOKIE_DOMAIN": "example.com", "REDIRECT_ORIGINS": app], []),
        (["COOKIE_DOMAIN": "co.uk"], ["COOKIE_DOMAIN, co.uk, seems to be one under which anyone gets domains"]),
        (["COOKIE_DOMAIN": "example.co.uk"], []),
        (["COOKIE_DOMAIN": "example.uk"], []),
        (["PAGE_LOGO": logo], ["PAGE_LOGO begins with http://"]),
        (["PAGE_LOGO": logo, "COOKIE_SECURE": "off"], []),
        (["PAGE_LOGO": "https://example.com/l.svg"], []),
    ]

    @Test(arguments: hints)
    func `settings that hardly ever work together get a hint`(
        _ environment: [String: String], _ expected: [String]
    ) throws {
        let hints = try Settings(Self.sources(environment)).hints
        #expect(hints.count == expected.count, "\(hints)")
        for (hint, words) in zip(hints, expected) { #expect(hint.contains(words)) }
    }
}
