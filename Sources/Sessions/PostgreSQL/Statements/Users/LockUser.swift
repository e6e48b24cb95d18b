/// Holds one of the gate's own users: who signs in, or changes the user as well, comes before or after. The answer is
/// whether there is such a user.
struct LockUser: Statement {
    let id: String

    typealias Row = AnyRow
    typealias Answer = Bool
    static let isIdempotent = true

    func sql(in schema: Schema) -> String { "SELECT 1 FROM \(schema)authfcgi_users WHERE id = $1::text FOR UPDATE" }

    var parameters: [PostgreSQLParameter] { [.text(id)] }
}
