import Testing

@testable import AuthFCGI

/// The place to return to after a sign-in, for a site at https://site.example that permits https://app.example:8443.
struct RedirectTargetTests {
    static let host = "site.example"
    static let origins = [WebOrigin("https://app.example:8443"), WebOrigin("http://old.example")].compactMap(\.self)

    private static func target(_ text: String, host: String? = host) -> String {
        RedirectTarget(text, permitting: origins, host: host).text
    }

    static let paths = [
        "/", "/app", "/app/", "/app?q=1", "/app?a=1&b=2?c", "/?", "/?x", "/a/b/c.html#part", "/a//b", "/a/../b",
        "/a/./b",
        "/..", "/../", "/.", "/app?next=//evil.example", "/app?next=https://evil.example/", "/app?q=a\\b",
        "/app?q=%0d%0aX:y", "/app?q=%00", "/app#//evil.example", "/proxy/https://other.example/x",
        "/proxy/https%3A%2F%2Fother.example", "/a%20b", "/a+b", "/100%", "/100%25", "/%zz", "/%", "/a%2",
        "/m%C3%BCller",
        "/@user", "/a@b:c", "/javascript:alert(1)", "/{a}|^`[b]", "/~x/(y);z=1,2", "/auth/account", "/auth/logins",
        "/auth/login/x", "/a%2Fb", "/a/%2e%2e/b", "/...", "/.../x", "/.hidden",
    ]

    @Test(arguments: paths)
    func `a path of the site is kept as it is`(_ path: String) { #expect(Self.target(path) == path) }

    static let refused = [
        // Not a path.
        "", "app", "app/x", "?x", "#x", ".", "./x", "../x", ":", "@evil.example", "evil.example", "%2Fapp",
        "%2F%2Fevil",
        // Addresses of other hosts.
        "//", "///", "//evil.example", "///evil.example", "////evil.example", "//evil.example/app", "//site.example",
        "//site.example@evil.example", "/\\", "/\\evil.example", "\\\\evil.example", "\\/evil.example",
        "/\\/evil.example",
        "//\\evil.example", "/a\\b", "/a/..\\\\evil.example",
        // What dot segments hide.
        "/.//evil.example", "/..//evil.example", "/././/evil.example", "/a/..//evil.example",
        "/a/b/../..//evil.example",
        "/%2e//evil.example", "/%2E%2e//evil.example", "/.%2e//evil.example", "/a/%2e%2e//evil.example",
        // What decoding makes of a path, once or several times.
        "/%2f", "/%2F/evil.example", "/%2fevil.example", "/%5Cevil.example", "/%5cevil.example",
        "/%252Fevil.example", "/%255Cevil.example", "/%25252fevil.example", "/%2525252fevil.example",
        "/%25%32%46evil.example", "/%2e%2f%2fevil.example", "/%c0%afevil.example",
        // Control characters, spaces and other bytes.
        "/\t/evil.example", "/\n/evil.example", "/\r\n/evil.example", "\t//evil.example", " //evil.example", " /app",
        "/app ",
        "/a b", "/a\r\nSet-Cookie: x=y", "/a\u{0}b", "/\u{7f}", "\u{1}//evil.example", "/a%0d%0aSet-Cookie:x", "/a%00b",
        "/a%250ab", "/%09/evil.example", "/\u{85}x", "\u{feff}/app", "\u{200b}/app", "/m\u{fc}ller",
        // Look-alikes of slash and dot.
        "/\u{ff0f}evil.example", "\u{ff0f}\u{ff0f}evil.example", "/\u{2044}evil.example", "/\u{2215}evil.example",
        "/\u{ff3c}evil.example", "/\u{2024}\u{2024}/evil.example", "\u{2025}/evil.example",
        "https:\u{ff0f}\u{ff0f}evil.example",
        "https://app\u{3002}example:8443/", "/%EF%BC%8Fevil.example", "/%EF%BC%BCevil.example",
        "/%E2%81%84evil.example",
        "/%25EF%25BC%258Fevil.example",
        // Schemes.
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "javascript://site.example/%0aalert(1)", "data:text/html,x",
        "vbscript:x", "file:///etc/passwd", "ftp://app.example:8443/", "blob:https://app.example:8443/", "about:blank",
        "https:evil.example", "https:/evil.example", "https:///evil.example", "https:\\\\evil.example", "https://",
        "http://",
        "http:app", "https:app", "view-source:https://app.example:8443/", "//app.example:8443/",
        "x://app.example:8443/",
        // Origins that are not permitted.
        "https://evil.example", "http://app.example:8443/", "https://app.example/", "https://app.example:443/",
        "https://app.example:8444/", "https://old.example/", "http://old.example:8080/",
        "https://app.example.evil:8443/",
        "https://evil.app.example:8443/", "https://app.example:08443x/", "https://app.example:8443:8443/",
        "https://app.example:/", "https://xn--app-xyz.example:8443/", "https://127.0.0.1/", "https://[::1]/",
        // User information, and what ends a host.
        "https://app.example:8443@evil.example/", "https://user@app.example:8443/", "https://:@app.example:8443/",
        "https://evil.example\\@app.example:8443/", "https://evil.example#@app.example:8443/",
        "https://evil.example?@app.example:8443/", "https://evil.example/@app.example:8443/",
        "https://app.example:8443\\.evil.example/", "https://app.example%2eevil.example:8443/",
        "https://app.example%00.evil.example:8443/", "https://app.example:8443%2f@evil.example/",
        "https://app.example:8443;evil.example/", "https://app.example:8443,evil.example/",
        "https://app.example:8443 .x/",
        // A permitted origin with a path that another reader takes for more.
        "https://app.example:8443//evil.example", "https://app.example:8443/\\evil.example",
        "https://app.example:8443/%2fevil.example", "https://site.example//evil.example",
        // The pages that would ask again, or sign out.
        "/auth/login", "/auth/login?rd=/auth/login", "/auth/logout", "/auth/logout?done=1",
        "https://site.example/auth/logout",
        // Too long for the form.
        "/" + String(repeating: "a", count: RedirectTarget.maxFieldBytes), "/?" + String(repeating: "%", count: 1400),
    ]

    @Test(arguments: refused)
    func `everything else is the front page`(_ text: String) {
        #expect(Self.target(text) == "/")
        #expect(Self.target(text, host: nil) == "/" && Self.target(text, host: "") == "/")
    }

    @Test func `there are at least sixty tries`() { #expect(Self.refused.count >= 60 && Self.paths.count >= 30) }

    @Test(arguments: [
        ("https://app.example:8443", "https://app.example:8443/"),
        ("https://app.example:8443/", "https://app.example:8443/"),
        ("https://app.example:8443/a?b=c#d", "https://app.example:8443/a?b=c#d"),
        ("HTTPS://APP.example:8443/A", "https://app.example:8443/A"),
        ("https://app.example.:8443/a", "https://app.example:8443/a"),
        ("https://app.example:8443?x", "https://app.example:8443/?x"),
        ("https://app.example:8443#x", "https://app.example:8443/#x"),
        ("http://old.example:80/a", "http://old.example/a"),
        ("http://old.example/?next=https://evil.example/@", "http://old.example/?next=https://evil.example/@"),
    ])
    func `a URL of a permitted origin is kept, with the origin as it was permitted`(_ text: String, _ target: String) {
        #expect(Self.target(text) == target)
    }

    @Test(arguments: [
        ("https://site.example/app?q=1", "site.example", "/app?q=1"),
        ("http://site.example/app", "site.example", "/app"),
        ("https://SITE.example:443/app", "site.example", "/app"), ("https://site.example./app", "site.example", "/app"),
        ("http://site.example:8001/app", "site.example:8001", "/app"),
        ("http://[::1]:8001/app", "[0:0::1]:8001", "/app"),
        ("https://site.example", "site.example", "/"), ("http://site.example:8001/app", "site.example", "/"),
        ("https://site.example:80/app", "site.example", "/"),
    ])
    func `a URL of this site is a path of it`(_ text: String, _ host: String, _ target: String) {
        #expect(Self.target(text, host: host) == target)
    }

    @Test func `a target is accepted again from the form, and makes one header without other sites`() {
        for text in Self.paths + Self.refused + ["https://app.example:8443/a"] {
            let target = RedirectTarget(text, permitting: Self.origins, host: Self.host)
            #expect(RedirectTarget(target.text, permitting: Self.origins, host: Self.host) == target)
            let location = target.location.text
            #expect(location.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } && !location.contains("\\"))
            #expect(
                location.hasPrefix("/") && !location.hasPrefix("//") || location.hasPrefix("https://app.example:8443/"))
        }
    }

    @Test func `the longest target, name and password fit into the body of a form`() {
        let target = "/" + String(repeating: "a", count: RedirectTarget.maxFieldBytes - 3)
        #expect(Self.target(target) == target)
        let fields = RedirectTarget.maxFieldBytes + 3 * (LoginRequest.maxUsername + LoginRequest.maxPassword)
        #expect(fields + "username=&password=&remember=1&rd=".utf8.count <= RequestBody.maxBytes)
    }
}
