/// A session that was asked to end.
package struct EndedSession: Equatable, Sendable {
    /// The session's public name.
    package let id: String
    package let userID: String
    /// Whether it was alive until then.
    package let wasLive: Bool

    /// - Parameter wasLive: true for one that a login has ended.
    package init(id: String, userID: String, wasLive: Bool = true) {
        self.id = id
        self.userID = userID
        self.wasLive = wasLive
    }
}
