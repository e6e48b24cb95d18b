import Synchronization

/// The sessions with a server that calls of ``PostgreSQLServer/psql(_:database:user:within:)`` leave to later ones, since
/// PostgreSQL takes longer to open a session than for most statements.
///
/// A session is kept only if it has run nothing but queries and changes of rows: these leave no settings, locks or
/// subscriptions. Any other statement may change what a new session would find, so it ends the sessions that are kept.
final class SQLSessions: Sendable {
    private struct Kept: Sendable {
        let url: String
        let session: SQLSession
    }

    private let kept = Mutex<[Kept]>([])

    /// The maximum number of kept sessions: a test has one database, and rarely more than two roles.
    private static let capacity = 2
    private static let harmless = ["select", "insert", "update", "delete", "with"]
    /// Parts of statements that last as long as their session, or are asynchronous.
    private static let lasting = ["set_config", "advisory", "pg_reload_conf"]

    /// Runs statements in a session of their own, and returns the lines of psql's output.
    func run(_ statements: [String], at url: String, until deadline: Deadline) throws -> [String] {
        guard statements.allSatisfy(Self.isHarmless) else {
            clear()
            defer { clear() }
            let session = try SQLSession(url, until: deadline)
            return try statements.flatMap { try session.run($0) }
        }
        var lines: [String] = []
        var left = statements[...]
        if let session = take(url, until: deadline) {
            do {
                while let statement = left.first {
                    lines += try session.run(statement)
                    left.removeFirst()
                }
                keep(session, at: url)
                return lines
            } catch {
                // The server may have ended the session just before.
                guard !session.isOpen, !deadline.hasPassed else { throw error }
            }
        }
        let session = try SQLSession(url, until: deadline)
        for statement in left { lines += try session.run(statement) }
        keep(session, at: url)
        return lines
    }

    /// Ends all kept sessions.
    func clear() { kept.withLock { $0 = [] } }

    private func take(_ url: String, until deadline: Deadline) -> SQLSession? {
        let session = kept.withLock { kept in
            kept.firstIndex { $0.url == url }.map { kept.remove(at: $0).session }
        }
        guard let session, session.isOpen else { return nil }
        session.deadline = deadline
        return session
    }

    private func keep(_ session: SQLSession, at url: String) {
        kept.withLock { kept in
            kept.append(Kept(url: url, session: session))
            if kept.count > Self.capacity { kept.removeFirst() }
        }
    }

    private static func isHarmless(_ statement: String) -> Bool {
        let text = statement.lowercased()
        let first = text.prefix { $0.isLetter }
        return harmless.contains { $0 == first } && !lasting.contains { text.contains($0) }
    }
}
