/// A session that has just begun.
package struct MadeSession: Sendable {
    /// It exists nowhere else.
    package let token: SessionToken
    package let session: Session
    /// Which sessions ended with it: the one whose place it takes, and the oldest of too many.
    package let ended: [EndedSession]
}
