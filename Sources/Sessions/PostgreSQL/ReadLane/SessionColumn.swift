/// The columns of a look-up in their order, which the statements and ``SessionRow`` share: on the hot path values are read
/// by position.
enum SessionColumn: Int, CaseIterable {
    /// The hash that the row is for. Answers are matched by it, not by their position.
    case hash
    /// The session's end, or NULL if it has ended or expired at the time of the statement by the server's clock (`now()`
    /// would be the beginning of the batch).
    case liveUntil
    case id, userID, username, groups, name, email, createdAt, idleTimeout
    /// The time of the statement.
    case asOf
    /// A Boolean value that indicates whether a row without ``liveUntil`` proves that there is no live session. Not while the
    /// tables lack rows.
    case isCertain

    /// The way in which a statement compares a session with the epochs that end all sessions of a user or of everybody.
    enum Epochs {
        /// With the rows of the epochs.
        case read
        /// As ``read``, for a hash that may have no row: that proves nothing while the tables are being restored.
        case readIfPresent
        /// With an ``EpochReading``, whose ``EpochReading/endedBefore`` is this SQL expression.
        case known(endedBefore: String)
    }

    /// Returns the select list.
    /// - Parameters:
    ///   - hash: The SQL expression of the hash.
    ///   - epochs: The way in which the session is compared with the epochs.
    ///   - schema: The schema of the gate's tables.
    static func list(hash: String, _ epochs: Epochs, in schema: Schema) -> String {
        allCases.map { $0.sql(hash: hash, epochs, schema) }.joined(separator: ", ")
    }

    private func sql(hash: String, _ epochs: Epochs, _ schema: Schema) -> String {
        switch self {
        case .hash: hash
        // The condition of the view live_sessions, as a column.
        case .liveUntil:
            """
            CASE WHEN s.expires_at > statement_timestamp() AND s.revoked_at IS NULL \
            AND \(Self.isLater(epochs, schema)) THEN s.expires_at END
            """
        case .id: "s.session_id"
        case .userID: "s.user_id"
        case .username: "s.username"
        case .groups: "s.groups"
        case .name: "s.name"
        case .email: "s.email"
        case .createdAt: "s.created_at"
        case .idleTimeout: "s.idle_timeout"
        case .asOf: "statement_timestamp()"
        case .isCertain: Self.certainty(epochs, schema)
        }
    }

    /// Returns the value of ``isCertain``.
    private static func certainty(_ epochs: Epochs, _ schema: Schema) -> String {
        // Without this row a comparison with it is NULL.
        let hasState = "EXISTS (SELECT FROM \(schema)authfcgi_state)"
        return switch epochs {
        case .read: hasState
        case .readIfPresent: "\(hasState) AND \(Migrations.presence(in: schema))"
        case .known: "true"
        }
    }

    /// Returns the condition that no epoch has ended the session.
    private static func isLater(_ epochs: Epochs, _ schema: Schema) -> String {
        switch epochs {
        // The epochs are of the same snapshot of the database as the session, so that an end of all sessions is either
        // committed and seen here, or still to be announced.
        case .read, .readIfPresent:
            """
            s.general_epoch >= (SELECT g.ended_before FROM \(schema)authfcgi_state g) \
            AND NOT EXISTS (SELECT FROM \(schema)user_epochs e WHERE e.user_id = s.user_id \
            AND e.ended_before > s.user_epoch AND e.ended_before > 0 AND e.kept_hash IS DISTINCT FROM s.token_hash)
            """
        case .known(let endedBefore): "s.general_epoch >= \(endedBefore)"
        }
    }
}
