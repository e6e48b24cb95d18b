internal import EventLoop
internal import Logging

/// Checking tokens.
extension SessionStore {
    /// Returns the live session of `token`.
    /// - Returns: Nil if there is none: the token is forged, or its session has expired or was revoked.
    /// - Throws: ``SessionStoreError`` if the store cannot tell. That does not mean that the session has ended.
    public func session(for token: SessionToken) async throws(SessionStoreError) -> Session? {
        try await session(for: token, from: nil)
    }

    /// Returns the live session of `token`, which a client at `clientAddress` presents: see ``session(for:)``.
    package func session(
        for token: SessionToken, from clientAddress: String?
    ) async throws(SessionStoreError) -> Session? {
        if let session = keptSession(for: token) { return Session(session) }
        let answer = await withCheckedContinuation { continuation in
            lookUp(token, from: clientAddress) { continuation.resume(returning: $0) }
        }
        return try answer.get().map { Session($0) }
    }

    /// The receiver of a check's result: the session, nil if there is none, or the reason why the store cannot tell.
    package typealias Answer = @EventLoop (Result<PackedSession?, SessionStoreError>) -> Void

    /// Returns the session of a token from this process's memory: the first step of every check, without a task or I/O.
    /// - Returns: Nil if memory has no entry that may be used now; the session may exist all the same.
    package func keptSession(for token: SessionToken) -> PackedSession? { checks.keptSession(for: token) }

    /// Looks a session up in Redis, if that may help, and then in PostgreSQL: the second step of a check. Calls
    /// `answer` once, perhaps before this method returns, and starts no task.
    /// - Parameter clientAddress: The client's address from a trusted source: look-ups are divided by networks.
    package func lookUp(_ token: SessionToken, from clientAddress: String? = nil, _ answer: @escaping Answer) {
        checks.lookUp(token, from: clientAddress, answer)
    }

    /// Returns whether `token` may have a session. The token's tag reveals a forged token without a query.
    /// - Throws: ``SessionStoreError/unavailable(_:)`` while the token keys are unknown or may be out of date.
    package func mayExist(_ token: SessionToken) throws(SessionStoreError) -> Bool { try checks.mayExist(token) }

    /// Asks PostgreSQL why a token has no live session, for the log.
    /// - Throws: ``SessionStoreError``
    package func absence(
        of token: SessionToken, from clientAddress: String?
    ) async throws(SessionStoreError) -> SessionAbsence {
        try await command(listLane, ExplainAbsence(hash: token.hash), for: Requester(address: clientAddress))
    }
}
