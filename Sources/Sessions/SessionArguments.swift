internal import EventLoop
internal import FoundationEssentials

/// The rules for arguments of a ``SessionStore``. A malformed argument is refused before any statement is sent, and the
/// error does not contain its value.
enum SessionArguments {
    static func require(userID: String) throws(SessionStoreError) {
        guard (1...IdentityLimits.userIDBytes).contains(userID.utf8.count) else {
            throw .invalid("a user id has 1 to \(IdentityLimits.userIDBytes) bytes")
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
        let excess = IdentityLimits.excess(
            username: identity.username, name: identity.name, email: identity.email, groups: identity.groups)
        if let excess { throw .invalid("an identity's \(excess)") }
    }

    static func require(_ origin: SessionOrigin) throws(SessionStoreError) {
        for text in [origin.userAgent, origin.label] { try require(text ?? "", "a session's origin") }
        guard !IdentityLimits.exceeds(origin.label ?? "", IdentityLimits.label) else {
            throw .invalid("a session's label is longer than \(IdentityLimits.label) characters")
        }
    }

    static func require(lifetime: Duration) throws(SessionStoreError) {
        guard lifetime > .zero else { throw .invalid("a lifetime is longer than zero") }
    }

    /// Refuses a NUL character, which PostgreSQL's `text` cannot contain.
    private static func require(_ text: String, _ name: String) throws(SessionStoreError) {
        guard !text.utf8.contains(0) else { throw .invalid("\(name) contains no NUL character") }
    }
}
