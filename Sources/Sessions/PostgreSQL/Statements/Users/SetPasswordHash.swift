/// Sets the password hash of one of the gate's own users. The answer is whether the user exists.
struct SetPasswordHash: Statement {
    let id: String
    let hash: String

    typealias Row = AnyRow
    typealias Answer = Bool
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        UPDATE \(schema)authfcgi_users SET password_hash = $2::text, updated_at = statement_timestamp() \
        WHERE id = $1::text RETURNING 1
        """
    }

    var parameters: [PostgreSQLParameter] { [.text(id), .text(hash)] }
}
