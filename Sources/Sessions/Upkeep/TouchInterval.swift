internal import EventLoop

/// The interval at which uses of sessions are written.
enum TouchInterval {
    /// The interval without an idle timeout, and the maximum.
    static let longest = Duration.seconds(60)

    /// The time by which a use must be later than the stored one to be written, without an idle timeout.
    static let freshness = Duration.seconds(30)

    /// Returns the interval for an idle timeout. A session ends up to a tenth of it later, at most 60 s
    /// (`session_idle_grace` in the database): a use at the last moment counts if it is written within that time, of
    /// which a quarter is left for the writing.
    /// - Parameter idleTimeout: The shortest idle timeout of the sessions in use.
    static func interval(for idleTimeout: Duration?) -> Duration {
        guard let idleTimeout else { return longest }
        return min(longest, idleTimeout / 10) * 3 / 4
    }
}
