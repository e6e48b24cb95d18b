/// Deletes one of the gate's own users. The answer is whether the user existed.
struct DeleteUser: Statement {
    let id: String

    typealias Row = AnyRow
    typealias Answer = Bool
    static let isIdempotent = true

    func sql(in schema: Schema) -> String { "DELETE FROM \(schema)authfcgi_users WHERE id = $1::text RETURNING 1" }

    var parameters: [PostgreSQLParameter] { [.text(id)] }
}
