import Testing

@testable import AuthFCGI

struct SameOriginTests {
    private static func isProved(
        site: String? = nil, origin: String? = nil, host: String? = "example.org", scheme: String? = "https"
    ) -> Bool {
        SameOrigin.isProved(fetchSite: site, origin: origin, host: host, scheme: scheme)
    }

    @Test(arguments: ["same-site", "cross-site", "none", "Same-Origin", "same-origin ", "same-origin,same-origin", "x"])
    func `Sec-Fetch-Site of another site is refused whatever Origin has`(_ site: String) {
        #expect(!Self.isProved(site: site))
        #expect(!Self.isProved(site: site, origin: "https://example.org"))
    }

    @Test func `Sec-Fetch-Site same-origin is accepted`() {
        #expect(Self.isProved(site: "same-origin"))
        #expect(Self.isProved(site: "same-origin", origin: "null", host: nil, scheme: nil))
    }

    @Test func `without Sec-Fetch-Site the origin must be the requested host`() {
        for site in [nil, ""] as [String?] {
            #expect(Self.isProved(site: site, origin: "https://example.org"))
            #expect(Self.isProved(site: site, origin: "https://example.org:8443", host: "example.org:8443"))
            #expect(Self.isProved(site: site, origin: "https://example.org", scheme: "http"))
        }
    }

    @Test(
        arguments: [
            nil, "", "null", "example.org", "https://", "https://example.org/", "https://example.org:8443",
            "https://example.org:80", "https://example.org:65979", "https://example.org:4 43",
            "https://example.org:-443", "https://:443", "https://example.org:443:443", "https://example.org\u{212a}",
            "https://example.org..", "https://.", "https://example.org.evil.test", "https://evil.test",
            "https://evil.test/https://example.org", "https://example.org@evil.test", "https://sub.example.org",
            "ftp://example.org", "https:/example.org", "https://example.org https://evil.test",
        ] as [String?])
    func `any other origin is refused`(_ origin: String?) {
        for scheme in ["https", "http", nil] as [String?] { #expect(!Self.isProved(origin: origin, scheme: scheme)) }
    }

    @Test(arguments: [
        ("https://example.org", "example.org:443"), ("https://example.org:443", "example.org"),
        ("https://example.org", "EXAMPLE.org"), ("https://EXAMPLE.org", "example.org"),
        ("HTTPS://example.org", "Example.ORG:443"), ("https://example.org", "example.org:"),
        ("https://example.org:8443", "Example.org:8443"),
        ("https://example.org.", "example.org"), ("https://example.org", "example.org."),
        ("https://example.org.:443", "EXAMPLE.ORG."), ("https://[2001:db8::1]", "[2001:0DB8:0:0:0:0:0:1]"),
        ("https://[::ffff:1.2.3.4]", "[::ffff:102:304]"),
        ("https://[2001:db8::a]", "[2001:DB8::A]:443"), ("https://xn--bcher-kva.example", "XN--BCHER-KVA.example"),
    ])
    func `default ports and the case of a host have no meaning`(_ origin: String, _ host: String) {
        for scheme in ["https", "http", nil] as [String?] {
            #expect(Self.isProved(origin: origin, host: host, scheme: scheme))
        }
    }

    @Test(arguments: [
        ("https://example.org", "example.org:80"), ("http://example.org", "example.org:443"),
        ("http://example.org:443", "example.org"), ("https://example.org:80", "example.org"),
        ("https://[2001:db8::a]", "[2001:db8::b]"), ("https://example.org", "example.org:443@evil.test"),
        ("https://example.org", "example.org, evil.test"), ("https://[::1", "[::1"), ("https://::1", "::1"),
        ("https://[fe80::1%25eth0]", "[fe80::1%25eth0]"), ("https://[::1]x", "[::1]x"), ("https://[]", "[]"),
        ("https://K.example", "\u{212a}.example"),
    ])
    func `another port or host is another origin`(_ origin: String, _ host: String) {
        for scheme in ["https", "http", nil] as [String?] {
            #expect(!Self.isProved(origin: origin, host: host, scheme: scheme))
        }
    }

    @Test func `the default port of http is 80`() {
        #expect(Self.isProved(origin: "http://example.org", host: "Example.org:80", scheme: "http"))
        #expect(Self.isProved(origin: "http://example.org:80", host: "example.org", scheme: nil))
        #expect(!Self.isProved(origin: "http://example.org", host: "example.org:80", scheme: "https"))
    }

    @Test func `an http origin is the same site only for a request over http`() {
        #expect(Self.isProved(origin: "http://example.org", scheme: "http"))
        #expect(Self.isProved(origin: "http://example.org", scheme: nil))
        #expect(!Self.isProved(origin: "http://example.org", scheme: "https"))
    }

    @Test(arguments: [nil, ""] as [String?])
    func `without a host no origin is accepted`(_ host: String?) {
        for origin in ["https://", "http://", "https://example.org"] {
            #expect(!Self.isProved(origin: origin, host: host, scheme: "http"))
        }
    }
}
