/// Runs the operator's statement that writes a new hash of the same password into another application's table.
struct RehashExternalUser: Statement {
    /// The operator's statement, ``UsersQuery/rehash``.
    let statement: String
    let newHash: String
    let userID: String
    /// The hash that the login has read; nil if the statement has no parameter for it.
    let oldHash: String?

    typealias Row = AnyRow
    typealias Answer = Void
    static let isIdempotent = false

    func sql(in schema: Schema) -> String { statement }

    var parameters: [PostgreSQLParameter] {
        [.text(newHash), .text(userID)] + (oldHash.map { [.text($0)] } ?? [])
    }
}
