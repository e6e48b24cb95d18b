/// Disables or enables one of the gate's own users. The answer is whether that changed the user.
struct SetUserDisabled: Statement {
    let id: String
    let isDisabled: Bool

    typealias Row = AnyRow
    typealias Answer = Bool
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        UPDATE \(schema)authfcgi_users SET disabled = $2::boolean, updated_at = statement_timestamp() \
        WHERE id = $1::text AND disabled <> $2::boolean RETURNING 1
        """
    }

    var parameters: [PostgreSQLParameter] { [.text(id), .text(isDisabled ? "true" : "false")] }
}
