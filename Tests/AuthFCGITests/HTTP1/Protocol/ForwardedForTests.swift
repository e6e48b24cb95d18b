import Testing

@testable import AuthFCGI

@Suite struct ForwardedForTests {
    private func client(_ values: [String], proxies: [String] = [], peer: String = "") -> String? {
        let fields = values.map { "X-Forwarded-For: \($0)\r\n" }.joined()
        return HTTPReading("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n", proxies: proxies, peer: peer).facts[
            .clientAddress]
    }

    @Test(
        arguments: [
            (["192.0.2.1"], "192.0.2.1"), (["192.0.2.1, 192.0.2.2"], "192.0.2.2"),
            (["192.0.2.1", "192.0.2.2"], "192.0.2.2"),
            (["192.0.2.1,\t2001:db8::1 "], "2001:db8::1"), (["x, 192.0.2.1"], "192.0.2.1"),
            (["192.0.2.1,, ,"], "192.0.2.1"),
            (["192.0.2.1:8080"], "192.0.2.1"), (["[2001:db8::1]:8080"], "2001:db8::1"),
            (["[2001:db8::1]"], "2001:db8::1"),
            (["192.0.2.1", ""], "192.0.2.1"), (["127.0.0.1"], "127.0.0.1"),
        ] as [([String], String)])
    func `without trusted proxies the last address is the client's`(_ values: [String], _ address: String) {
        #expect(client(values, peer: "10.0.0.1") == address)
    }

    @Test(
        arguments: [
            (["203.0.113.9, 192.0.2.1, 10.0.0.2"], "192.0.2.1"),
            (["203.0.113.9, 192.0.2.1, 10.0.0.2, 10.0.0.3"], "192.0.2.1"),
            (["203.0.113.9, 192.0.2.1", "10.0.0.2", "10.0.0.3, 10.0.0.4"], "192.0.2.1"),
            // What the client has written itself is not believed, whatever it is.
            (["10.0.0.9, 192.0.2.1, 10.0.0.2"], "192.0.2.1"), (["unknown, 192.0.2.1, 10.0.0.2"], "192.0.2.1"),
            (["192.0.2.1, ::ffff:10.0.0.2"], "192.0.2.1"),
        ] as [([String], String)])
    func `the client is the rightmost address that is no trusted proxy`(_ values: [String], _ address: String) {
        #expect(client(values, proxies: ["10.0.0.0/8"], peer: "10.0.0.1") == address)
    }

    @Test(
        arguments: [
            [], [""], ["10.0.0.2"], ["10.0.0.3, 10.0.0.2"], ["unknown"], ["192.0.2.1, unknown"],
            ["192.0.2.1, _hidden, 10.0.0.2"],
            ["192.0.2.1, \"10.0.0.2\""], ["[2001:db8::1"], ["[::1]x"], ["1.2.3.4:5:6"], ["192.0.2.256"],
        ] as [[String]])
    func `otherwise it is the peer, if that has an address`(_ values: [String]) {
        #expect(client(values, proxies: ["10.0.0.0/8"], peer: "10.0.0.1") == "10.0.0.1")
        #expect(client(values, proxies: ["10.0.0.0/8"]) == nil)
    }
}
