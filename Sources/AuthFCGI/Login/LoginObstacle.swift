internal import Sessions

/// Why an attempt to prove a password came to no verdict, or to no effect.
enum LoginObstacle: Equatable {
    /// Too many attempts have failed; there may be one after so many seconds.
    case throttled(seconds: Int)
    /// Too many come at once; there may be room after so many seconds.
    case busy(seconds: Int)
    /// Nobody waits for the answer any more.
    case clientGone
    /// Passwords cannot be hashed.
    case hashing
    /// The store cannot tell, or takes no changes.
    case store(SessionStoreError)
}
