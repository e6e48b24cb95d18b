import ArgumentParser
import Testing

@testable import AuthFCGI

struct SiteURLTests {
    @Test func `the address of a site is its scheme, host and port, without the slash at its end`() throws {
        for (text, site) in [
            ("https://www.example.org", "https://www.example.org"), ("https://example.org/", "https://example.org"),
            ("http://localhost:8001", "http://localhost:8001"),
            ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ] {
            #expect(try SiteURL(parsing: text).text == site)
        }
    }

    @Test(arguments: [
        "", "example.org", "//example.org", "ftp://example.org", "https://", "https://user@example.org",
        "https://example.org/auth", "https://example.org//", "https://example.org?x", "https://exa mple.org",
        "https://example.org\n",
    ])
    func `anything else is refused`(_ text: String) {
        #expect(throws: ValidationError.self) { try SiteURL(parsing: text) }
    }
}
