/// A session that a request has ended, or that had ended before it.
package struct EndedSession: Equatable, Sendable {
    /// The session's public id, a UUID.
    package let id: String
    /// The id of the session's user.
    package let userID: String
    /// A Boolean value that indicates whether the session was live until the request.
    package let wasLive: Bool

    /// - Parameters:
    ///   - id: The session's public id, a UUID.
    ///   - userID: The id of the session's user.
    ///   - wasLive: Whether the session was live until now. A session ended by a login always was.
    package init(id: String, userID: String, wasLive: Bool = true) {
        self.id = id
        self.userID = userID
        self.wasLive = wasLive
    }
}
