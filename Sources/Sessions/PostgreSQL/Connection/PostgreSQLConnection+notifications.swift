/// Notifications of revocations.
extension PostgreSQLConnection {
    /// The state of the notifications of revocations.
    enum Notifications: Equatable {
        /// ``listen(deadline:)`` was not called. Next: any other.
        case notRequested
        /// The server sends them on this connection. Final.
        /// - Parameter unannounced: The number of revocations without a notification at the time; see
        ///   ``NotificationState/unannounced``.
        case received(unannounced: Int64)
        /// Another connection may receive them later. Final.
        case postponed(String)
        /// The server cannot send them on this connection, for this reason. Final.
        case unavailable(String)
        /// The role lacks a right for them, for this reason. Final.
        case refused(String)
    }

    /// A Boolean value that indicates whether the server sends notifications of revocations on this connection.
    var isListening: Bool { if case .received = notifications { true } else { false } }

    /// The column of a SELECT that requests notifications, for ``noteListening(_:)``.
    var listening: String { "\(schema)listen_for_revocations() AS unannounced" }

    /// Handles the result of ``listening``, in text form.
    /// - Throws: ``PostgreSQLError/confusion(_:)``
    func noteListening(_ result: borrowing PostgreSQLResult) throws(PostgreSQLError) {
        let column = try result.column("unannounced")
        guard !result.isNull(0, column) else {
            notifications = .postponed("PostgreSQL's notification queue is too full")
            return
        }
        guard let unannounced = Int64(result.text(0, column)) else {
            throw .confusion("the answer to LISTEN cannot be read")
        }
        notifications = .received(unannounced: unannounced)
    }

    /// Requests notifications of revocations, if the connection allows them. Only the database knows the channel's name: it
    /// is a secret.
    /// - Throws: ``PostgreSQLError`` if the connection fails. A server that refuses is not an error.
    func listen(deadline: Duration) throws(PostgreSQLError) {
        guard let introduction, introduction.whyShared == nil else {
            let reason = introduction?.whyShared ?? "nobody has answered yet"
            notifications = .unavailable("\(reason), and LISTEN does not work through it")
            return
        }
        do throws(PostgreSQLError) {
            try noteListening(query("SELECT \(listening)", deadline: deadline))
        } catch {
            guard case .server(let state, _) = error, !state.isServerGone else { throw error }
            let reason = "LISTEN does not work there: \(error.reason)"
            notifications = error.isRefusedPermission ? .refused(reason) : .unavailable(reason)
        }
    }
}
