internal import EventLoop
internal import Logging

/// Who a token belongs to.
extension SessionStore {
    /// The session that `token` opens; nil when there is none, because it was never made, has expired or was revoked.
    /// - Throws: ``SessionStoreError``: nobody can tell, which is no "no".
    public func session(for token: SessionToken) async throws(SessionStoreError) -> Session? {
        if let session = keptSession(for: token) { return Session(session) }
        let answer = await withCheckedContinuation { continuation in
            lookUp(token) { continuation.resume(returning: $0) }
        }
        return try answer.get().map { Session($0) }
    }

    /// What a check is answered: the session, nil when there is none, or why nobody can tell.
    package typealias Answer = @EventLoop (Result<PackedSession?, SessionStoreError>) -> Void

    /// The session of a token if what this process keeps may be believed now; nil says only that the stores have to be
    /// asked. The first step of every check: no task, no store.
    package func keptSession(for token: SessionToken) -> PackedSession? { checks.keptSession(for: token) }

    /// Asks Redis, if that may help, and then PostgreSQL: the second step of a check. Calls `answer` once, maybe before it
    /// returns, without a task.
    package func lookUp(_ token: SessionToken, _ answer: @escaping Answer) { checks.lookUp(token, answer) }

    /// Whether the store has to be asked about `token`: an invented one is told by its tag alone.
    package func mayExist(_ token: SessionToken) throws(SessionStoreError) -> Bool { try checks.mayExist(token) }
}
