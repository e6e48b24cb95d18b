/// Ends all sessions of all users, and all logins under way. The answer is how many sessions were live.
struct RevokeAllSessions: Statement {
    typealias Answer = Int
    static let isIdempotent = true

    func sql(in schema: Schema) -> String { "SELECT \(schema)revoke_all_sessions() AS ended" }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Int { try row.integer("ended") }
}
