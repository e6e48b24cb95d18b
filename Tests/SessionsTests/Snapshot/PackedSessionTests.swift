import FoundationEssentials
import Testing

@testable import Sessions

/// A packed session has the content of the original.
@Suite struct PackedSessionTests {
    private static let id = "00112233-4455-6677-8899-aabbccddeeff"

    @Test(arguments: [
        Identity(userID: "1", username: "ann"),
        Identity(
            userID: String(repeating: "u", count: 255), username: "größe", groups: ["a,b", "", "c"], name: "Ann Ö",
            email: "a@b.example"),
        Identity(userID: "1", username: "", groups: [String](repeating: "g", count: 300)),
        Identity(userID: "1", username: "a", name: String(repeating: "n", count: 70_000)),
    ])
    func `all fields are restored`(_ identity: Identity) throws {
        let session = Session(
            id: Self.id, identity: identity, createdAt: Date(timeIntervalSince1970: 1_800_000_000.125),
            expiresAt: Date(timeIntervalSince1970: 1_800_086_400.5))
        let packed = try #require(PackedSession(session))
        #expect(Session(packed) == session)
        #expect(packed.userKey == UserKey(identity.userID))
        #expect(packed.idleTimeout == nil)
        #expect(PackedSession(session, idleTimeout: 70_000)?.idleTimeout == .seconds(70_000))
        // The size is that of the texts, their lengths, and 37 bytes.
        let texts = [identity.username, identity.name, identity.email, identity.userID] + identity.groups
        let length = texts.reduce(37) { $0 + $1.utf8.count }
        #expect(packed.bytes.count <= length + 3 * texts.count + 2)
    }

    @Test func `an id that is not a UUID is refused`() {
        let identity = Identity(userID: "1", username: "a")
        for id in ["", "s", Self.id + "0", "0011223g-4455-6677-8899-aabbccddeeff"] {
            #expect(PackedSession(Session(id: id, identity: identity, createdAt: .now, expiresAt: .now)) == nil)
        }
    }
}
