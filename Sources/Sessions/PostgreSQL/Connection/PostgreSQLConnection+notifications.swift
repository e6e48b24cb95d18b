/// Notifications of revocations.
extension PostgreSQLConnection {
    /// The state of the notifications of revocations.
    enum Notifications: Equatable {
        /// ``listen(deadline:)`` was not called. Next: `received` or `unavailable`.
        case notRequested
        /// The server sends them on this connection. Final.
        case received
        /// The server cannot send them on this connection, for this reason. Final.
        case unavailable(String)
    }

    /// A Boolean value that indicates whether the server sends notifications of revocations on this connection.
    var isListening: Bool { notifications == .received }

    /// Requests notifications of revocations, if the connection allows them.
    /// - Throws: ``PostgreSQLError`` if the connection fails. A server that refuses is not an error.
    func listen(deadline: Duration) throws(PostgreSQLError) {
        guard let introduction, introduction.whyShared == nil else {
            let reason = introduction?.whyShared ?? "nobody has answered yet"
            notifications = .unavailable("\(reason), and LISTEN does not work through it")
            return
        }
        try listen(after: [], deadline: deadline)
    }

    /// Runs statements and requests notifications of revocations, in one round trip.
    ///
    /// Only for connections with ``keepsState``.
    ///
    /// - Throws: ``PostgreSQLError`` if one of the statements or the connection fails. A server that refuses to notify is
    ///   not an error.
    func listen(after statements: [String], deadline: Duration) throws(PostgreSQLError) {
        do throws(PostgreSQLError) {
            let all = statements + ["LISTEN \(Revocation.channel)"]
            try script(all.joined(separator: "; "), deadline: deadline)
            notifications = .received
        } catch {
            guard case .server(let state, _) = error, !state.isServerGone else { throw error }
            if !statements.isEmpty {
                guard state.blamesStatement else { throw error }
                // Fails for the same reason if that is one of these statements.
                try script(statements.joined(separator: "; "), deadline: deadline)
            }
            notifications = .unavailable("LISTEN does not work there: \(error.reason)")
        }
    }

    /// Returns the next revocation that has arrived, or nil if there is none.
    ///
    /// libpq queues notifications and results separately. A result is older than every notification that arrived after
    /// it, so all results that have arrived must be processed first.
    func nextRevocation() -> Revocation? {
        nextNotification(on: Revocation.channel).map { Revocation(payload: $0) }
    }
}
