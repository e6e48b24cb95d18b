/// Revokes all sessions of all users, and refuses logins in progress. The answer is the number of sessions that were
/// live.
struct RevokeAllSessions: Statement {
    typealias Answer = Int
    static let isIdempotent = true

    func sql(in schema: Schema) -> String { "SELECT \(schema)revoke_all_sessions() AS ended" }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Int { try row.integer("ended") }
}
