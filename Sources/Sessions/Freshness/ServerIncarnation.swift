/// Which running server said something: the moment at which it was started, by its own clock, to the microsecond.
///
/// The system identifier would not do: all copies of a cluster share it, and a copy that was promoted, or started by
/// mistake beside the first one, is another origin. No two of them start in the same microsecond, and every role may
/// read the start, also on managed servers.
package struct ServerIncarnation: Hashable, Sendable {
    package var startedAt: DatabaseInstant

    package init(startedAt: DatabaseInstant) {
        self.startedAt = startedAt
    }
}
