import Testing

@testable import Sessions

@Suite struct ClientNetworkTests {
    @Test(
        arguments: [
            ("192.0.2.1", [192, 0, 2, 1]), ("255.255.255.255", [255, 255, 255, 255]),
            ("::ffff:192.0.2.1", [192, 0, 2, 1]), ("::FFFF:c000:201", [192, 0, 2, 1]),
            ("2001:db8:1:2:3:4:5:6", [0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2]),
            ("2001:db8:1:2::1", [0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2]), ("::1", [0, 0, 0, 0, 0, 0, 0, 0]),
            ("::fffe:192.0.2.1", [0, 0, 0, 0, 0, 0, 0, 0]),
        ] as [(String, [UInt8])])
    func `the network is the whole IPv4 address, or the first half of an IPv6 address`(text: String, bytes: [UInt8]) {
        #expect(ClientNetwork(text)?.bytes == bytes)
    }

    @Test(arguments: [
        ("2001:db8:7:1::1", "2001:db8:7:ffff:1::2", true), ("2001:db8:7:1::1", "2001:db8:8:1::1", false),
        ("192.0.2.1", "::ffff:192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("0.0.0.0", "::", false),
    ])
    func `the site is the whole IPv4 address, or the first 48 bits of an IPv6 address`(
        one: String, other: String, isSame: Bool
    ) throws {
        let first = try #require(ClientNetwork(one))
        let second = try #require(ClientNetwork(other))
        #expect((first.site == second.site) == isSame)
    }

    @Test(arguments: [
        "", "unix:", "-", "localhost", "192.0.2", "192.0.2.256", "192.0.2.1 ", "192.0.2.1:80", "192.0.2.1, 192.0.2.2",
        "[2001:db8::1]", "2001:db8::1%eth0", "2001:db8::/64",
    ])
    func `a text that is not an address has no network`(text: String) {
        #expect(ClientNetwork(text) == nil)
    }
}
