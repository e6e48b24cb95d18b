import Testing

@testable import AuthFCGI

/// The address of the sign-in page that refused checks name.
struct SignInAddressTests {
    private typealias Fact = OriginalRequest.Fact

    private let address = SignInAddress(url: "/auth/login", origins: [])
    private let elsewhere = SignInAddress(
        url: "https://login.example/auth/login", origins: ["https://app.example"].compactMap(WebOrigin.init))

    private func request(_ uri: String?, host: String? = nil, scheme: String? = nil) -> OriginalRequest {
        let facts: [(Fact, String?)] = [(.originalURI, uri), (.host, host), (.scheme, scheme)]
        return OriginalRequest(facts.compactMap { fact, value in value.map { (fact, $0) } })
    }

    @Test(arguments: [
        ("/", "%2F"), ("/app?q=1&x=y#z", "%2Fapp%3Fq%3D1%26x%3Dy%23z"), ("/a%2Fb", "%2Fa%252Fb"),
        ("/a\"><script>", "%2Fa%22%3E%3Cscript%3E"), ("/a\r\nX: y", "%2Fa%0D%0AX%3A%20y"), ("/a-._~b", "%2Fa-._~b"),
        ("/ü", "%2F%C3%BC"), ("/a;b,c'(d)*!$&+@:[]", "%2Fa%3Bb%2Cc%27%28d%29%2A%21%24%26%2B%40%3A%5B%5D"),
        ("//evil.example", "%2F%2Fevil.example"),
    ])
    func `the place to return to is escaped completely`(_ uri: String, _ escaped: String) {
        #expect(address.reference(for: request(uri)).text == "/auth/login?rd=\(escaped)")
        let answer = RefusedResponse(address).response(to: request(uri))
        let text = String(decoding: answer.bytes, as: UTF8.self)
        #expect(text.contains("\r\nX-Auth-Location: /auth/login?rd=\(escaped)\r\n"))
        #expect(text.split(separator: "\r\n").count == 5, "\(text)")
    }

    @Test(
        arguments: [
            nil, "", "app", "*", "https://x/", "/" + String(repeating: "a", count: 5000),
            "/" + String(repeating: "%", count: 2000),
        ] as [String?])
    func `without a place, or with one that is too long, the address has none`(_ uri: String?) {
        #expect(address.reference(for: request(uri)).text == "/auth/login")
        let text = String(decoding: RefusedResponse(address).response(to: request(uri)).bytes, as: UTF8.self)
        #expect(text.contains("\r\nX-Auth-Location: /auth/login\r\n"))
    }

    @Test(arguments: [
        ("/auth/login", true), ("/auth/login?rd=%2F", true), ("/auth/login?", true), ("/auth/loginx", false),
        ("/auth/login/", false), ("/auth/logi", false), ("/auth", false), ("/?/auth/login", false), ("", false),
    ])
    func `a request for the sign-in page itself gets no address, where it would be refused again`(
        _ uri: String, _ isAddress: Bool
    ) {
        #expect(address.isAddress(of: request(uri)) == isAddress)
        let answer = RefusedResponse(address).response(to: request(uri)).bytes
        #expect(String(decoding: answer, as: UTF8.self).contains("X-Auth-Location") != isAddress)
        #expect(!isAddress || answer == Response(.unauthorized, headers: RefusedResponse.headers).serialized())
        let hosts: [(String?, Bool)] = [
            ("Login.example", true), ("login.example:443", true), ("app.example", false), (nil, false),
        ]
        for (host, isHost) in hosts {
            #expect(elsewhere.isAddress(of: request(uri, host: host)) == (isAddress && isHost))
        }
    }

    @Test func `the answer to a refused check is the one of a response`() {
        let response = Response(
            .unauthorized, headers: RefusedResponse.headers + [(.authLocation, "/auth/login?rd=%2Fa")])
        #expect(RefusedResponse(address).response(to: request("/a")).bytes == response.serialized())
    }

    @Test(
        arguments: [
            ("app.example", "https", "https://app.example/auth/login?rd=%2Fa"),
            ("app.example:8443", "https", "https://app.example:8443/auth/login?rd=%2Fa"),
            ("APP.example:443", nil, "https://app.example/auth/login?rd=%2Fa"),
            ("localhost:8001", "http", "http://localhost:8001/auth/login?rd=%2Fa"),
            ("[::1]", "http", "http://[::1]/auth/login?rd=%2Fa"),
            (nil, "https", "/auth/login?rd=%2Fa"), ("", "https", "/auth/login?rd=%2Fa"),
            ("a b", "https", "/auth/login?rd=%2Fa"), ("evil.example/x", "https", "/auth/login?rd=%2Fa"),
            ("user@evil.example", "https", "/auth/login?rd=%2Fa"), ("a\r\nX: y", "https", "/auth/login?rd=%2Fa"),
            ("app.example", "javascript", "https://app.example/auth/login?rd=%2Fa"),
        ] as [(String?, String?, String)])
    func `the absolute address is on the host of the request`(_ host: String?, _ scheme: String?, _ expected: String) {
        #expect(address.absolute(for: request("/a", host: host, scheme: scheme)).text == expected)
    }

    @Test func `a page on another host gets the URL to return to, with the scheme that is permitted`() {
        let prefix = "https://login.example/auth/login"
        let expected = "\(prefix)?rd=https%3A%2F%2Fapp.example%2Fa"
        for scheme in ["http", "https", nil] as [String?] {
            let request = request("/a", host: "App.example", scheme: scheme)
            #expect(elsewhere.reference(for: request).text == expected)
            #expect(elsewhere.absolute(for: request).text == expected)
        }
        let other = elsewhere.reference(for: request("/a", host: "other.example", scheme: "http")).text
        #expect(other == "\(prefix)?rd=http%3A%2F%2Fother.example%2Fa")
        for host in [nil, "", "a b"] as [String?] {
            #expect(elsewhere.reference(for: request("/a", host: host)).text == prefix)
        }
        #expect(elsewhere.reference(for: request(nil, host: "app.example")).text == prefix)
    }
}
