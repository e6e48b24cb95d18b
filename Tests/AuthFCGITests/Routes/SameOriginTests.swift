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
            nil, "", "null", "example.org", "https://", "https://example.org/", "https://example.org:443",
            "https://example.org.evil.test", "https://evil.test", "https://evil.test/https://example.org",
            "https://example.org@evil.test", "https://sub.example.org", "https://EXAMPLE.org", "ftp://example.org",
            "https://example.org https://evil.test",
        ] as [String?])
    func `any other origin is refused`(_ origin: String?) {
        for scheme in ["https", "http", nil] as [String?] { #expect(!Self.isProved(origin: origin, scheme: scheme)) }
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
