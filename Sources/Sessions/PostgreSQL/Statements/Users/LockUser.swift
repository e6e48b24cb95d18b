/// Locks the row of one of the gate's own users until the end of the transaction, against concurrent logins and
/// changes. The answer is whether the user exists.
struct LockUser: Statement {
    let id: String

    typealias Row = AnyRow
    typealias Answer = Bool
    static let isIdempotent = true

    func sql(in schema: Schema) -> String { "SELECT 1 FROM \(schema)authfcgi_users WHERE id = $1::text FOR UPDATE" }

    var parameters: [PostgreSQLParameter] { [.text(id)] }
}
