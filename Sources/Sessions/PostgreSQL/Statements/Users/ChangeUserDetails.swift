/// Changes details of one of the gate's own users. The answer is whether one of them was different. It is an error if
/// another user has the username.
struct ChangeUserDetails: Statement {
    let id: String
    let details: UserDetails

    typealias Row = AnyRow
    typealias Answer = Bool
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        // A comparison with a parameter that is NULL is not true.
        """
        UPDATE \(schema)authfcgi_users u SET username = coalesce($2::text, u.username), \
        name = coalesce($3::text, u.name), email = coalesce($4::text, u.email), \
        groups = coalesce($5::text[], u.groups), updated_at = statement_timestamp() \
        WHERE u.id = $1::text AND (u.username <> $2::text OR u.name <> $3::text OR u.email <> $4::text \
        OR u.groups OPERATOR(pg_catalog.<>) $5::text[]) RETURNING 1
        """
    }

    var parameters: [PostgreSQLParameter] {
        [
            .text(id), .optional(details.username), .optional(details.name), .optional(details.email),
            details.groups.map { .texts($0) } ?? .null,
        ]
    }
}
