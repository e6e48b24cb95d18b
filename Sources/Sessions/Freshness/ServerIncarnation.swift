/// The identity of a running server: the time of its start, by its own clock, in microseconds.
///
/// The system identifier does not suffice: all copies of a cluster share it, and a copy that was promoted, or started
/// by mistake beside the first one, is another incarnation. Two of them do not start in the same microsecond, and every
/// role may read the start time, also on managed servers.
package struct ServerIncarnation: Hashable, Sendable {
    /// The time of the server's start.
    package var startedAt: DatabaseInstant

    /// Creates an identity from the time of the server's start.
    package init(startedAt: DatabaseInstant) {
        self.startedAt = startedAt
    }
}
