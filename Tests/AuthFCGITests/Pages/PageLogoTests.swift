import Testing

@testable import AuthFCGI

@Suite struct PageLogoTests {
    @Test(arguments: [
        ("/logo.svg", nil), ("/a/b.png?v=2", nil), ("data:image/png;base64,AAAA", nil),
        ("https://cdn.example.org/logo.svg", "https://cdn.example.org"),
        ("http://CDN.example.org:8080/x", "http://cdn.example.org:8080"),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]"),
    ])
    func `a logo is a path, an address or a picture in the address`(address: String, origin: String?) {
        #expect(PageLogo(address)?.address == address)
        #expect(PageLogo(address)?.origin == origin)
    }

    @Test(arguments: [
        "", "logo.svg", "//evil.example/x", "/\\evil.example", "javascript:alert(1)", "data:text/html,x", "https://",
        "https://user@host/x", "https://a b/", "ftp://h/x", "/a b", "/é", "https://h;script-src/x",
        "data:image/png;base64," + String(repeating: "A", count: PageLogo.maxLength),
    ])
    func `anything else is no logo`(_ address: String) {
        #expect(PageLogo(address) == nil)
    }
}
