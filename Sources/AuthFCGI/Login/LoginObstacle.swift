internal import Sessions

/// The reason why a password was not checked, or why the check has no effect.
enum LoginObstacle: Equatable {
    /// Too many attempts have failed. The next one is possible after the given number of seconds.
    case throttled(seconds: Int)
    /// Too many logins are waiting. A retry may succeed after the given number of seconds.
    case busy(seconds: Int)
    /// The client has gone.
    case clientGone
    /// The hash cannot be computed.
    case hashing
    /// The store is unavailable or read-only.
    case store(SessionStoreError)
}
