internal import EventLoop

/// How often uses of sessions are written down.
enum TouchInterval {
    /// Often enough when no idle timeout depends on it, and the longest at all.
    static let longest = Duration.seconds(60)

    /// How much later than what is written down already a use must be to be worth writing, without an idle timeout.
    static let freshness = Duration.seconds(30)

    /// A session with an idle timeout ends up to a tenth of it later, at most 60 s (`session_idle_grace` in the database):
    /// a use at its last moment counts if it is written within that time, which leaves a quarter of it for the writing.
    /// - Parameter idleTimeout: the shortest of the sessions that are used.
    static func interval(for idleTimeout: Duration?) -> Duration {
        guard let idleTimeout else { return longest }
        return min(longest, idleTimeout / 10) * 3 / 4
    }
}
