/// Changes the identity recorded in the live sessions of a user. Nil keeps a value. The answer is the number of
/// sessions that were changed.
struct UpdateUserSessions: Statement {
    let userID: String
    let username: String?
    let groups: [String]?
    let name: String?
    let email: String?

    typealias Answer = Int
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        SELECT \(schema)update_user_sessions(user_id => $1::text, username => $2::text, groups => $3::text[], \
        name => $4::text, email => $5::text) AS changed
        """
    }

    var parameters: [PostgreSQLParameter] {
        [
            .text(userID), .optional(username), groups.map { .texts($0) } ?? .null, .optional(name),
            .optional(email),
        ]
    }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Int { try row.integer("changed") }
}
