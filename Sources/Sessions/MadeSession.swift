/// A session that has just begun.
package struct MadeSession: Sendable {
    /// It exists nowhere else.
    package let token: SessionToken
    /// As it is stored.
    package let session: Session
    /// Which sessions ended with it: the one whose place it takes, and the oldest of too many, ``maxNamed`` of them.
    package let ended: [EndedSession]
    /// How many sessions were too many, and have ended.
    package let excess: Int

    package init(token: SessionToken, session: Session, ended: [EndedSession], excess: Int) {
        self.token = token
        self.session = session
        self.ended = ended
        self.excess = excess
    }

    /// Where a limit is new, a user may have had any number of sessions.
    package static let maxNamed = 100

    /// How many sessions have ended that are not among ``ended``.
    package var unnamed: Int { max(0, excess - Self.maxNamed) }
}
