import Testing

@testable import AuthFCGI

/// The parameter `rd` of a sign-in address, before it is validated.
struct RedirectQueryTests {
    @Test(arguments: [
        ("rd=/", "/"), ("rd=/app", "/app"), ("rd=/app?q=1&x=2&rd=3", "/app?q=1&x=2&rd=3"), ("rd=/a%2Fb", "/a%2Fb"),
        ("rd=/app?x=%2541+%26", "/app?x=%2541+%26"), ("rd=//evil.example", "//evil.example"), ("rd=/\\x", "/\\x"),
        ("lang=de&rd=/app?a=1&b=2", "/app?a=1&b=2"), ("rd=/app?u=https://x/&v", "/app?u=https://x/&v"),
        ("rd=https://app.example/a?b=c&d=e", "https://app.example/a?b=c&d=e"),
        ("rd=HTTPS://app.example", "HTTPS://app.example"),
        ("xrd=/no&rd=/yes", "/yes"), ("&&rd=/app", "/app"),
    ])
    func `nginx's spelling reaches to the end, and nothing in it is decoded`(_ query: String, _ text: String) {
        #expect(RedirectTarget.text(inQuery: query) == text)
    }

    @Test(arguments: [
        ("rd=%2Fapp%3Fq%3D1%26x%3D2", "/app?q=1&x=2"), ("rd=%2Fapp&lang=de", "/app"), ("rd=%2fa%252Fb", "/a%2Fb"),
        ("rd=%2Fa+b", "/a+b"), ("rd=https%3A%2F%2Fapp.example%2Fa%3Fb&x", "https://app.example/a?b"),
        ("rd=https://app.example%2Fa%3Fb%3D1%26c", "https://app.example/a?b=1&c"),
        ("rd=https://app.example:8443%2F&x=1", "https://app.example:8443/"),
        ("rd=https://app.example&x=/", "https://app.example"),
        ("rd=app", "app"), ("rd=", ""), ("rd=&x", ""), ("rd=%252Fevil", "%2Fevil"), ("rd=%2F%2Fevil", "//evil"),
        ("rd=%5Cevil", "\\evil"), ("rd=%09%2F%2Fevil", "\t//evil"),
    ])
    func `an escaped value is decoded once and ends at the next parameter`(_ query: String, _ text: String) {
        #expect(RedirectTarget.text(inQuery: query) == text)
    }

    @Test(arguments: [
        "", "x", "RD=/app", "xrd=/app", "rd", "rd%3D/app", "x=rd=/app", "rd=%", "rd=%zz", "rd=%ff", "rd=a%2",
    ])
    func `without a readable value there is none`(_ query: String) {
        #expect(RedirectTarget.text(inQuery: query) == nil)
    }

    @Test(arguments: RedirectTargetTests.paths.filter { !$0.contains("#") })
    func `every path arrives whole in both spellings`(_ path: String) {
        let request = OriginalRequest([(.originalURI, path)])
        let address = SignInAddress(url: "/auth/login", origins: []).reference(for: request).text
        for query in ["rd=\(path)", String(address.dropFirst("/auth/login?".count))] {
            #expect(RedirectTarget.text(inQuery: query) == path, "\(query)")
        }
    }

    @Test(arguments: ["/", "/app?q=1&x=%26#y", "/a%2Fb", "https://app.example:8443/a?b=c&d"])
    func `a link to the sign-in page keeps the target`(_ text: String) {
        let target = RedirectTarget(text, permitting: RedirectTargetTests.origins, host: RedirectTargetTests.host)
        #expect(target.text == text)
        guard text != "/" else {
            #expect(target.signInPath == "/auth/login")
            return
        }
        #expect(RedirectTarget.text(inQuery: String(target.signInPath.dropFirst("/auth/login?".count))) == text)
    }

    @Test(arguments: RedirectTargetTests.refused)
    func `no spelling leads to another site`(_ text: String) {
        let escaped = text.utf8.map { "%\($0 < 16 ? "0" : "")\(String($0, radix: 16))" }.joined()
        for query in ["rd=\(text)", "rd=\(escaped)", "rd=\(escaped)&x=1", "x=1&rd=\(text)", "rd=/&rd=\(text)"] {
            let offered = RedirectTarget.text(inQuery: query) ?? ""
            let target = RedirectTarget(
                offered, permitting: RedirectTargetTests.origins, host: RedirectTargetTests.host
            ).text
            let isHere = target.hasPrefix("/") && !target.hasPrefix("//") && !target.hasPrefix("/\\")
            #expect(isHere || target.hasPrefix("https://app.example:8443/"), "\(query): \(target)")
        }
    }
}
