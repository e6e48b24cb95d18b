import Synchronization

/// The sessions with a server that calls of ``PostgreSQLServer/psql(_:database:user:within:)`` leave to later ones, since
/// PostgreSQL takes longer to open a session than for most statements.
///
/// A session is kept only if it has run nothing but queries and changes of rows: these leave no settings, locks or
/// subscriptions. Any other statement may change what a new session would find, so it ends the sessions that are kept.
final class SQLSessions: Sendable {
    private struct State: Sendable {
        /// The sessions, by their URL, the latest last.
        var kept: [(url: String, session: SQLSession)] = []
        /// The number of times that all sessions were ended. One that was in use meanwhile is not kept either.
        var generation = 0
    }

    private let state = Mutex(State())

    /// The maximum number of kept sessions: a test has one database, and rarely more than two roles.
    private static let capacity = 2
    private static let harmless = ["select", "insert", "update", "delete", "with"]
    /// Parts of statements that last as long as their session, are asynchronous, or end sessions.
    private static let lasting = ["set_config", "advisory", "pg_reload_conf", "pg_terminate_backend"]

    /// Runs statements in a session of their own, and returns the lines of psql's output.
    func run(_ statements: [String], at url: String, until deadline: Deadline) throws -> [String] {
        guard statements.allSatisfy(Self.isHarmless) else {
            clear()
            defer { clear() }
            let session = try SQLSession(url, until: deadline)
            return try statements.flatMap { try session.run($0) }
        }
        let (kept, generation) = take(url)
        let session = try kept ?? SQLSession(url, until: deadline)
        session.deadline = deadline
        let lines = try statements.flatMap { try session.run($0) }
        keep(session, at: url, since: generation)
        return lines
    }

    /// Ends all kept sessions.
    func clear() {
        state.withLock { state in
            state.kept = []
            state.generation += 1
        }
    }

    private func take(_ url: String) -> (session: SQLSession?, generation: Int) {
        let (session, generation) = state.withLock { state in
            (state.kept.firstIndex { $0.url == url }.map { state.kept.remove(at: $0).session }, state.generation)
        }
        return (session?.isUsable == true ? session : nil, generation)
    }

    private func keep(_ session: SQLSession, at url: String, since generation: Int) {
        state.withLock { state in
            guard state.generation == generation else { return }
            state.kept.append((url, session))
            if state.kept.count > Self.capacity { state.kept.removeFirst() }
        }
    }

    private static func isHarmless(_ statement: String) -> Bool {
        let text = statement.lowercased()
        let first = text.prefix { $0.isLetter }
        return harmless.contains { $0 == first } && !lasting.contains { text.contains($0) }
    }
}
