import Testing

@testable import Sessions

/// The payloads of notifications.
@Suite struct RevocationTests {
    private static let hex = String(repeating: "0aB", count: 21) + "f"

    @Test func `payloads with hashes, users and everything are parsed`() throws {
        let read = SHA256Digest(hex: Self.hex.utf8Span.span)
        let hash = try #require(read)
        #expect(hash.hex == Self.hex.lowercased())
        #expect(Revocation(payload: "h:" + Self.hex) == .ended([hash]))
        #expect(Revocation(payload: "h:\(Self.hex),\(Self.hex)") == .ended([hash, hash]))
        #expect(Revocation(payload: "c:" + Self.hex) == .changed([hash]))
        #expect(Revocation(payload: "u:ann") == .user(UserKey("ann")))
        #expect(Revocation(payload: "u:a,b:*") == .user(UserKey("a,b:*")))
        #expect(Revocation(payload: "*") == .everything)
    }

    @Test(arguments: [
        "", "h", "h:", "u:", "x:1", "h:12", "h:\(hex),", "h:\(hex)0", "h:\(String(repeating: "g", count: 64))",
        "H:\(hex)", "u", " u:ann", "c:\(hex);\(hex)", String(repeating: "z", count: 7999), "h:\u{301}\(hex)",
    ])
    func `an unknown payload revokes everything`(_ payload: String) {
        #expect(Revocation(payload: payload) == .everything)
    }
}
