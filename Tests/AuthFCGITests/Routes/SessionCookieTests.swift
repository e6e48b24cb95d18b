import Sessions
import Testing

@testable import AuthFCGI

/// The cookie with the session, as browsers get it.
struct SessionCookieTests {
    private static let token = SessionToken("afs_" + String(repeating: "A", count: 54))

    private static func set(_ cookie: SessionCookie, _ lifetime: Duration? = nil) throws -> String {
        let token = try #require(token)
        return cookie.carrying(token, for: lifetime).text.replacing(token.secretText, with: "TOKEN")
    }

    @Test func `the cookie has the attributes of the settings, and an age only if it is to be kept`() throws {
        let cookie = SessionCookie(name: "__Host-session")
        #expect(try Self.set(cookie) == "__Host-session=TOKEN; Path=/; Secure; HttpOnly; SameSite=Lax")
        #expect(try Self.set(cookie, .seconds(90.5)).hasSuffix("; SameSite=Lax; Max-Age=90"))
        #expect(
            try Self.set(SessionCookie(name: "__Secure-session", domain: "example.com"))
                == "__Secure-session=TOKEN; Path=/; Domain=example.com; Secure; HttpOnly; SameSite=Lax")
        #expect(
            try Self.set(SessionCookie(name: "session", isSecure: false))
                == "session=TOKEN; Path=/; HttpOnly; SameSite=Lax")
    }

    private func domains(_ headers: [HeaderValue]) -> [String] {
        headers.map { header in
            let parts = header.text.split(separator: "; ")
            #expect(parts.first == "sid=" && parts.contains("Max-Age=0") && parts.contains("Path=/"))
            return parts.first { $0.hasPrefix("Domain=") }.map { String($0.dropFirst(7)) } ?? "-"
        }
    }

    @Test(arguments: [
        ("app.example.com", ["app.example.com", "example.com"]),
        ("App.Example.com:8443", ["app.example.com", "example.com"]),
        ("example.com.", ["example.com"]), ("localhost", []), ("192.0.2.1", []), ("[2001:db8::1]:80", []), ("", []),
        ("a..b", []), ("-a.example.com", ["example.com"]), ("a_b.example.com", ["example.com"]),
        ("a b.example.com", []),
        ("x.com; Path=/", []),
        (
            "1.2.3.4.5.6.example.com",
            [
                "1.2.3.4.5.6.example.com", "2.3.4.5.6.example.com", "3.4.5.6.example.com", "4.5.6.example.com",
                "5.6.example.com",
            ]
        ),
    ])
    func `the other forms are those of the host and its domains`(_ host: String, _ expected: [String]) {
        #expect(domains(SessionCookie(name: "sid").otherForms(on: host)) == expected)
        #expect(SessionCookie(name: "__Host-sid").otherForms(on: host).isEmpty)
        let ofDomain = SessionCookie(name: "sid", domain: "example.com").otherForms(on: host)
        #expect(domains(ofDomain) == ["-"] + expected.filter { $0 != "example.com" })
    }

    private func forms(_ cookie: SessionCookie, below places: String..., on host: String? = nil) -> [String] {
        let forms = cookie.forms(below: places, on: host)
        for form in forms { #expect(form.text.hasPrefix("sid=; Path=/") && form.text.hasSuffix("; Max-Age=0")) }
        return forms.map { form in
            let parts = form.text.split(separator: "; ").filter { $0.hasPrefix("Path=") || $0.hasPrefix("Domain=") }
            return parts.map { $0.drop { $0 != "=" }.dropFirst() }.joined(separator: " ")
        }
    }

    @Test(arguments: [
        ("/", []), ("/?q=/x", []), ("", []), ("x", []), ("/x", ["/x"]), ("/x?q=/y", ["/x"]), ("/x#/y", ["/x"]),
        ("/x/", ["/x", "/x/"]), ("/x/y.z", ["/x", "/x/", "/x/y.z"]), ("/x//y", ["/x", "/x/", "/x//", "/x//y"]),
        ("/a/b/c/d/e/f", ["/a", "/a/", "/a/b", "/a/b/", "/a/b/c", "/a/b/c/", "/a/b/c/d", "/a/b/c/d/", "/a/b/c/d/e/f"]),
        ("/x/a;b/c", ["/x", "/x/"]), ("/x/ü", ["/x", "/x/"]), ("/%C3%BC/y", ["/%C3%BC", "/%C3%BC/", "/%C3%BC/y"]),
    ])
    func `forms below a path are those that browsers send there`(_ place: String, _ paths: [String]) {
        #expect(forms(SessionCookie(name: "sid"), below: place) == paths)
        #expect(SessionCookie(name: "__Host-sid").forms(below: [place], on: nil).isEmpty)
    }

    @Test func `forms below a path are those of the host and its domains, up to a size`() {
        let cookie = SessionCookie(name: "sid", domain: "example.com")
        let expected = ["/x", "/x app.example.com", "/x example.com"]
        #expect(forms(cookie, below: "/x", on: "app.example.com") == expected)
        #expect(forms(cookie, below: "/x") == ["/x", "/x example.com"])
        #expect(forms(cookie, below: "/x", "/y") == ["/x", "/x example.com", "/y", "/y example.com"])
        let deep = "/" + String(repeating: "segment/", count: 100)
        let host = "one.two.three.four.five.six.example.com"
        for name in ["sid", "__Secure-" + String(repeating: "x", count: 100)] {
            let forms = SessionCookie(name: name).forms(below: [deep, "/auth/login"], on: host)
            let bytes = forms.reduce(0) { $0 + $1.text.utf8.count }
            #expect(bytes <= 2560 && bytes > 2000, "\(bytes)")
        }
        #expect(forms(cookie, below: "/" + String(repeating: "x", count: 4000)).isEmpty)
    }

    @Test func `without a host only the form of the host is known`() {
        #expect(SessionCookie(name: "sid").otherForms(on: nil).isEmpty)
        #expect(domains(SessionCookie(name: "sid", domain: "example.com").otherForms(on: nil)) == ["-"])
        #expect(domains([SessionCookie(name: "sid", domain: "example.com").expired]) == ["example.com"])
    }
}
