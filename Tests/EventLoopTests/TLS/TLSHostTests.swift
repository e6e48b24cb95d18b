import Testing

@testable import EventLoop

@Suite struct TLSHostTests {
    @Test(arguments: ["redis.example", "redis", "Redis_1.example", "127.1", "0x7f000001", "1.2.3.4.5"])
    func `a name is read as a name, and so is an address in an unusual form`(text: String) throws {
        #expect(try TLSHost(text) == .name(text))
    }

    @Test func `the trailing dot of a name is removed`() throws {
        #expect(try TLSHost("redis.example.") == .name("redis.example"))
    }

    @Test(arguments: ["127.0.0.1", "::1", "2001:DB8::7", "::ffff:192.0.2.1"])
    func `an address is read as an address`(text: String) throws {
        #expect(try TLSHost(text) == .address(text))
    }

    @Test(arguments: [
        "", ".", "..", ".example", "redis.example\0.evil.example", "127.0.0.1\0", "redis example", "rédis.example",
        "[::1]", "::g", "redis.example:6379", "*.example", "fe80::1%eth0", String(repeating: "a", count: 254),
    ])
    func `a text that OpenSSL reads as less than it means is refused`(text: String) throws {
        #expect(
            throws: TLSError.configuration("the host is neither a DNS name nor an IP address")
        ) { try TLSHost(text) }
        let context = try TLSContext(authorities: nil, certificate: nil, key: nil)
        #expect(throws: TLSError.self) { try TLSSession(context, host: text) }
    }
}
