import Testing

@testable import AuthFCGI

/// The header Host, and the host of a URL as the target.
@Suite struct HTTPHostTests {
    private func expectRefused(_ text: String, _ refusal: HTTPRefusal) {
        let bytes = Array(text.utf8)
        #expect(HTTPReading(bytes).refusal == refusal, "\(text.debugDescription)")
        #expect(HTTPReading(bytes, cutAt: Array(bytes.indices)).refusal == refusal, "\(text.debugDescription)")
    }

    @Test(arguments: [
        "a:b", "a:80:80", "a:-1", "a:+1", "a: 80", "a:80x", ":80", ":", "[", "]", "a]", "[]", "[::1", "::1", "[a]",
        "[1.2.3.4]",
        "[::1]x", "[::1]:x", "[::1]]", "[::1%25eth0]", "[::ffff:1.2.3.400]", "%", "a%2", "a%zzb", "a, b", "\"a\"",
        "a|b", "a^b",
        "a`b", "a{b}", "<a>", "http://a", "a\tb",
    ])
    func `a text that is no host is refused, in Host and in the target`(_ host: String) {
        expectRefused("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n", .host)
        // With a space there is no target, and what follows a slash is the path.
        guard !host.contains(" "), !host.contains("/") else { return }
        expectRefused("GET http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\n\r\n", .target)
    }

    @Test(arguments: [
        "a", "A.example", "a.", "a_b", "xn--nxasmq6b.example", "a:", "a:80", "a:00080", "127.0.0.1:8080", "[::1]",
        "[::1]:80",
        "[2001:DB8::1]:", "[::ffff:192.0.2.1]", "a%2Fb", "a,b", "~!$&'()*+,;=",
    ])
    func `a host is a name or an address, perhaps with a port`(_ host: String) {
        #expect(HTTPReading("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").facts[.host] == host)
        let absolute = HTTPReading("GET http://\(host)?q HTTP/1.1\r\nHost: \(host.uppercased())\r\n\r\n")
        #expect(absolute.verdict == .complete && absolute.facts[.path] == "" && absolute.facts[.query] == "q")
    }

    @Test func `a Host that is empty is one, as of a front that knows none`() {
        #expect(HTTPReading("GET / HTTP/1.1\r\nHost: \r\n\r\n").facts[.host] == "")
    }
}
