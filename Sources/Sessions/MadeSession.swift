/// A session that a login has created.
package struct MadeSession: Sendable {
    /// The session's token. Only its hash is stored.
    package let token: SessionToken
    /// The session as stored.
    package let session: Session
    /// The sessions that the login has ended: the one that it replaced, and those over the user's limit, oldest first,
    /// ``maxNamed`` at most.
    package let ended: [EndedSession]
    /// The number of sessions that were over the user's limit and have ended.
    package let excess: Int

    /// - Parameters:
    ///   - token: The new session's token.
    ///   - session: The new session as stored.
    ///   - ended: The sessions that the login has ended, ``maxNamed`` of those over the limit at most.
    ///   - excess: The number of sessions that were over the user's limit and have ended.
    package init(token: SessionToken, session: Session, ended: [EndedSession], excess: Int) {
        self.token = token
        self.session = session
        self.ended = ended
        self.excess = excess
    }

    /// The maximum number of sessions over the limit that ``ended`` lists. When a limit is introduced, a user may have
    /// any number of sessions.
    package static let maxNamed = 100

    /// The number of ended sessions that are not in ``ended``.
    package var unnamed: Int { max(0, excess - Self.maxNamed) }
}
