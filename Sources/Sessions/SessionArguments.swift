internal import EventLoop
internal import FoundationEssentials

/// What the arguments of a ``SessionStore`` have to be. What is malformed is refused before any store is asked, and the
/// error tells no value.
enum SessionArguments {
    /// The longest user id, in bytes.
    static let maxUserID = 255

    static func require(userID: String) throws(SessionStoreError) {
        guard (1...maxUserID).contains(userID.utf8.count) else {
            throw .invalid("a user id has 1 to \(maxUserID) bytes")
        }
        try require(userID, "a user id")
    }

    static func require(sessionID: String) throws(SessionStoreError) {
        guard UUID(uuidString: sessionID) != nil else { throw .invalid("a session id is a UUID") }
    }

    static func require(_ identity: Identity) throws(SessionStoreError) {
        try require(userID: identity.userID)
        for text in [identity.username, identity.name, identity.email] + identity.groups {
            try require(text, "an identity")
        }
    }

    static func require(_ origin: SessionOrigin) throws(SessionStoreError) {
        for text in [origin.userAgent, origin.label] { try require(text ?? "", "a session's origin") }
    }

    static func require(lifetime: Duration) throws(SessionStoreError) {
        guard lifetime > .zero else { throw .invalid("a lifetime is longer than zero") }
    }

    /// PostgreSQL has no text with a NUL in it.
    private static func require(_ text: String, _ name: String) throws(SessionStoreError) {
        guard !text.utf8.contains(0) else { throw .invalid("\(name) contains no NUL character") }
    }
}
