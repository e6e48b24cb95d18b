/// Writes a new hash of the same password of one of the gate's own users, unless the password was changed meanwhile.
struct RehashUser: Statement {
    let userID: String
    let oldHash: String
    let newHash: String

    typealias Row = AnyRow
    typealias Answer = Void
    static let isIdempotent = true

    func sql(in schema: Schema) -> String { "SELECT \(schema)rehash_user($1::text, $2::text, $3::text)" }

    var parameters: [PostgreSQLParameter] { [.text(userID), .text(oldHash), .text(newHash)] }
}
