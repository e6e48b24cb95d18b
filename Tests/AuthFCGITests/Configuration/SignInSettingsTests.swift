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
        #expect(settings.environment()["AUTHFCGI_REDIRECT_ORIGINS"] == "https://app.example.com,http://localhost:3000")
        let plain = try Settings(Self.sources([:]))
        #expect(plain.redirectOrigins.isEmpty && plain.signInAddress.url == "/auth/login")
        #expect(try Settings(Self.sources(["LOGIN_URL": "/sign-in"])).signInAddress.url == "/sign-in")
    }
}
