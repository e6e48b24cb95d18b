/// What became of a session that was to end.
package enum SessionEnd: Sendable {
    /// It was live until the request, and has ended.
    case ended
    /// It was revoked shortly before the request, maybe by the same one: nginx sends it again if a worker dies before the
    /// answer.
    case endedBefore
    /// There is none with that id, it is another user's, or it has ended long ago.
    case noSuchSession
}
