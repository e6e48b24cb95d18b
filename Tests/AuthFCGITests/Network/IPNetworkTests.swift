import Testing

@testable import AuthFCGI

@Suite struct IPNetworkTests {
    @Test(arguments: [
        ("127.0.0.1", true), ("127.9.9.9", true), ("::1", true), ("::ffff:127.0.0.1", true), ("128.0.0.1", false),
        ("0.0.0.0", false), ("::", false), ("::2", false), ("1::1", false), ("::7f00:1", false),
    ])
    func `loopback addresses are told from all others`(_ text: String, _ isLoopback: Bool) throws {
        #expect(try #require(IPAddress(text)).isLoopback == isLoopback)
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("2001:DB8:0:0::1", "2001:db8::1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("::", "::"),
    ])
    func `an address is printed in its shortest form`(_ text: String, _ shown: String) throws {
        let address = try #require(IPAddress(text))
        #expect("\(address)" == shown)
        #expect(IPAddress(bytes: address.bytes) == address)
    }

    @Test(arguments: [
        "", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", " 1.2.3.4", "1.2.3.4 ", "[::1]", "::1%lo", "1.2.3.4:80", "unix:",
        "unknown", "1.2.3.4\0", "1:2:3:4:5:6:7:8:9", String(repeating: "1", count: 100),
    ])
    func `other texts are no addresses`(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(
        arguments: [
            (
                "10.0.0.0/8", ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"],
                ["11.0.0.0", "9.255.255.255", "::a00:0"]
            ),
            ("192.0.2.7", ["192.0.2.7"], ["192.0.2.6", "::"]),
            ("192.0.2.6/31", ["192.0.2.6", "192.0.2.7"], ["192.0.2.8"]),
            ("0.0.0.0/0", ["1.2.3.4", "255.255.255.255"], ["::1", "2001:db8::1"]),
            ("::/0", ["1.2.3.4", "2001:db8::1"], []),
            ("2001:db8::/32", ["2001:db8:ffff::1"], ["2001:db9::", "1.2.3.4"]),
            ("2001:db8:0:1::/64", ["2001:db8:0:1:ffff::"], ["2001:db8:0:2::"]),
            ("2001:db8::8/125", ["2001:db8::f"], ["2001:db8::10", "2001:db8::7"]),
            ("::1", ["::1"], ["::2", "127.0.0.1"]),
        ] as [(String, [String], [String])])
    func `a network has the addresses with its prefix`(_ text: String, _ inside: [String], _ outside: [String]) throws {
        let network = try #require(IPNetwork(text))
        for address in inside { #expect(network.contains(try #require(IPAddress(address))), "\(address)") }
        for address in outside { #expect(!network.contains(try #require(IPAddress(address))), "\(address)") }
        #expect("\(network)" == text)
    }

    @Test(arguments: [
        "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "::/129", "::1/127", "10.0.0.0/-1", "10.0.0.0/8/8", "10/8",
        "10.0.0.0/+8", "app.example", "10.0.0.0/255.0.0.0",
    ])
    func `other texts are no networks`(_ text: String) {
        #expect(IPNetwork(text) == nil)
    }
}
