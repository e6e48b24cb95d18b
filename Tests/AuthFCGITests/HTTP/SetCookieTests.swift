import Testing

@testable import AuthFCGI

struct SetCookieTests {
    private static func text(
        _ name: String = "sid", _ value: String = "abc", path: String = "/", domain: String? = nil,
        maxAge: Duration? = nil, isSecure: Bool = true, isHTTPOnly: Bool = true, sameSite: SetCookie.SameSite = .lax
    ) throws(SetCookie.Problem) -> String {
        try SetCookie(
            name: name, value: value, path: path, domain: domain, maxAge: maxAge, isSecure: isSecure,
            isHTTPOnly: isHTTPOnly, sameSite: sameSite
        ).headerValue.text
    }

    @Test func `a cookie is Secure, HttpOnly and SameSite unless set otherwise`() throws {
        #expect(try Self.text() == "sid=abc; Path=/; Secure; HttpOnly; SameSite=Lax")
        #expect(
            try Self.text(isSecure: false, isHTTPOnly: false, sameSite: .strict)
                == "sid=abc; Path=/; SameSite=Strict")
        #expect(try Self.text(sameSite: .none) == "sid=abc; Path=/; Secure; HttpOnly; SameSite=None")
    }

    @Test func `path, domain and age are attributes`() throws {
        #expect(
            try Self.text(path: "/app", domain: "example.org", maxAge: .seconds(90))
                == "sid=abc; Path=/app; Domain=example.org; Secure; HttpOnly; SameSite=Lax; Max-Age=90")
        #expect(try Self.text(maxAge: .milliseconds(1999)).hasSuffix("; Max-Age=1"))
        for past in [Duration.zero, .seconds(-5)] { #expect(try Self.text(maxAge: past).hasSuffix("; Max-Age=0")) }
    }

    @Test(arguments: [
        "", " ", "a b", "a=b", "a;b", "a,b", "a\r\nSet-Cookie: x", "a\n", "\0", "é", "a\"", "(a)", "a@b", "a/b", "a\t",
        "{a}", "[a]", "a:b", "a\\b", "a?",
    ])
    func `a name that is not a token is refused`(_ name: String) {
        #expect(throws: SetCookie.Problem.name) { try Self.text(name) }
    }

    @Test(arguments: ["a", "__Host-session", "!#$%&'*+-.^_`|~09AZaz"])
    func `every token is accepted as a name, unchanged`(_ name: String) throws {
        #expect(try Self.text(name).hasPrefix("\(name)=abc; "))
    }

    @Test(arguments: [
        " ", "a b", " a", "a ", "a;b", "a; Domain=evil.test", "a,b", "a\"b", "\"a\"", "a\\b", "a\r\nX: y", "a\nb",
        "a\u{0}",
        "\u{7f}", "é", "a\tb", "\u{85}",
    ])
    func `a value that would break the header is refused`(_ value: String) {
        #expect(throws: SetCookie.Problem.value) { try Self.text("sid", value) }
    }

    @Test(arguments: ["", "afs_-_AZ09", "a=b==", "!#$%&'()*+-./:<=>?@[]^_`{|}~"])
    func `every other value stays unchanged`(_ value: String) throws {
        #expect(try Self.text("sid", value).hasPrefix("sid=\(value); "))
    }

    @Test(arguments: ["", "app", " /", "/a b", "/a;Domain=x", "/a\r\n", "/\u{0}", "/é", "\\"])
    func `a path that would end its attribute is refused`(_ path: String) {
        #expect(throws: SetCookie.Problem.path) { try Self.text(path: path) }
    }

    @Test(arguments: [
        "", ".", ".example.org", "example.org.", "example..org", "exa mple.org", "example.org; Path=/", "-a.org",
        "a-.org", "example.org:443", "[::1]", "exämple.org", "a_b.org", "a\r\n.org",
        String(repeating: "a", count: 64) + ".org", String(repeating: "a.", count: 127) + "org",
    ])
    func `a domain that is not a host name is refused`(_ domain: String) {
        #expect(throws: SetCookie.Problem.domain) { try Self.text(domain: domain) }
    }

    @Test(arguments: ["__Secure-sid", "__secure-sid", "__Host-sid", "__HOST-sid"])
    func `a __Secure- cookie must be secure`(_ name: String) throws {
        #expect(throws: SetCookie.Problem.notSecure) { try Self.text(name, isSecure: false) }
        #expect(throws: Never.self) { try Self.text(name) }
    }

    @Test(arguments: ["__Host-sid", "__host-sid", "__HOST-sid"])
    func `a __Host- cookie must be secure, without domain and for all paths`(_ name: String) {
        #expect(throws: SetCookie.Problem.notHostOnly) { try Self.text(name, domain: "example.org") }
        #expect(throws: SetCookie.Problem.notHostOnly) { try Self.text(name, path: "/app") }
        #expect(throws: Never.self) { try Self.text("__Secure-sid", path: "/app", domain: "example.org") }
    }

    @Test func `a cookie with SameSite=None must be secure`() {
        #expect(throws: SetCookie.Problem.notSecure) { try Self.text(isSecure: false, sameSite: .none) }
    }

    @Test func `a cookie longer than browsers accept is refused`() throws {
        #expect(throws: Never.self) { try Self.text("sid", String(repeating: "x", count: 4093)) }
        #expect(throws: SetCookie.Problem.tooLong) { try Self.text("sid", String(repeating: "x", count: 4094)) }
    }
}
