import Testing

@testable import Sessions

/// Malformed arguments are refused as invalid, not reported as an unavailable store.
struct SessionArgumentsTests {
    private func expectInvalid(
        _ text: String, _ check: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: SessionStoreError.invalid(text), sourceLocation: sourceLocation) { try check() }
    }

    @Test func `a user id has 1 to 255 bytes`() throws {
        try SessionArguments.require(userID: "1")
        try SessionArguments.require(userID: String(repeating: "é", count: 127))
        for id in ["", String(repeating: "é", count: 128)] {
            expectInvalid("a user id has 1 to 255 bytes") { try SessionArguments.require(userID: id) }
        }
        expectInvalid("a user id contains no NUL character") { try SessionArguments.require(userID: "a\0") }
    }

    @Test func `a session id is a UUID`() throws {
        try SessionArguments.require(sessionID: "11111111-2222-3333-4444-55555555aBcD")
        for id in ["", "no-uuid", "11111111222233334444555555555555"] {
            expectInvalid("a session id is a UUID") { try SessionArguments.require(sessionID: id) }
        }
    }

    @Test func `a text with a NUL is refused`() throws {
        try SessionArguments.require(Identity(userID: "1", username: "", groups: ["a"]))
        for identity in [
            Identity(userID: "1", username: "a\0"), Identity(userID: "1", username: "a", groups: ["b\0"]),
            Identity(userID: "1", username: "a", name: "\0"), Identity(userID: "1", username: "a", email: "\0"),
        ] {
            expectInvalid("an identity contains no NUL character") { try SessionArguments.require(identity) }
        }
        try SessionArguments.require(SessionOrigin())
        for origin in [SessionOrigin(userAgent: "\0"), SessionOrigin(label: "\0")] {
            expectInvalid("a session's origin contains no NUL character") { try SessionArguments.require(origin) }
        }
    }

    @Test func `the texts of an identity have maximum lengths in Unicode scalars, the groups in bytes`() throws {
        let family = "\u{1F468}\u{200D}\u{1F469}"  // one character, three scalars
        func text(_ count: Int) -> String { String(repeating: "é", count: count) }
        try SessionArguments.require(
            Identity(
                userID: "1", username: text(256), groups: [text(2047), "x"], name: String(repeating: family, count: 85),
                email: text(320)))
        for (identity, excess) in [
            (Identity(userID: "1", username: text(257)), "username is longer than 256 characters"),
            (
                Identity(userID: "1", username: "", name: String(repeating: family, count: 86)),
                "name is longer than 256 characters"
            ),
            (Identity(userID: "1", username: "", email: text(321)), "email is longer than 320 characters"),
            (
                Identity(userID: "1", username: "", groups: [text(2047), "xy"]),
                "groups are longer than 4096 bytes together"
            ),
            (
                Identity(userID: "1", username: "", groups: Array(repeating: "", count: 4098)),
                "groups are longer than 4096 bytes together"
            ),
        ] {
            expectInvalid("an identity's \(excess)") { try SessionArguments.require(identity) }
        }
        try SessionArguments.require(SessionOrigin(label: text(256)))
        expectInvalid("a session's label is longer than 256 characters") {
            try SessionArguments.require(SessionOrigin(label: text(257)))
        }
    }

    @Test func `a lifetime must be positive`() throws {
        try SessionArguments.require(lifetime: .milliseconds(1))
        expectInvalid("a lifetime is longer than zero") { try SessionArguments.require(lifetime: .zero) }
    }
}
