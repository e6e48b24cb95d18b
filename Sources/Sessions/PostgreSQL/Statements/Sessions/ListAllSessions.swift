internal import FoundationEssentials

/// Lists the live sessions of all users, ordered by the users' ids, those of a user newest first.
struct ListAllSessions: Statement {
    /// The session after which the list begins; nil to begin with the first one.
    let after: SessionEntry?
    /// The maximum number of sessions.
    let limit: Int

    typealias Answer = [SessionEntry]
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        // The first condition finds the place in the index, which the second one alone would not.
        """
        \(SessionEntry.select(in: schema)) WHERE s.user_id >= $1::text AND (s.user_id > $1::text \
        OR \(Schema.microseconds("s.created_at")) < $2::bigint \
        OR (\(Schema.microseconds("s.created_at")) = $2::bigint AND s.session_id > $3::uuid)) \
        ORDER BY s.user_id, s.created_at DESC, s.session_id LIMIT $4::integer
        """
    }

    var parameters: [PostgreSQLParameter] {
        [
            .text(after?.userID ?? ""), .optionalNumber(after?.createdAt.microseconds), .optional(after?.id),
            .number(limit),
        ]
    }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> SessionEntry { try SessionEntry(row) }
}

extension Date {
    /// The whole microseconds since 1970, as `Schema.microseconds` gives them.
    fileprivate var microseconds: Int64 { Int64((timeIntervalSince1970 * 1_000_000).rounded()) }
}
