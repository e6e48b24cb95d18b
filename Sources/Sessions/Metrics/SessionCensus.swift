internal import EventLoop

/// The number of live sessions, and how far their clean-up lags behind.
package struct SessionCensus: Equatable, Sendable {
    /// The number of sessions that have not expired. Beyond ``exactUpTo`` an estimate from PostgreSQL's statistics, which
    /// counts expired ones too.
    package let sessions: Int
    /// The time since the expiry of the session that expired first and has not been removed; zero if there is none.
    package let lag: Duration

    /// The number up to which sessions are counted one by one.
    package static let exactUpTo = 100_000
}

extension SessionStore {
    /// Counts the sessions. Takes a few hundredths of a second of PostgreSQL's time with many sessions.
    /// - Throws: ``SessionStoreError``
    package func census() async throws(SessionStoreError) -> SessionCensus {
        try await command(listLane, CountRows())
    }
}
