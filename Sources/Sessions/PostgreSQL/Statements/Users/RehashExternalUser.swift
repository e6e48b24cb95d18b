/// The operator's statement that writes a new hash of the same password into another program's table.
struct RehashExternalUser: Statement {
    /// ``UsersQuery/rehash``.
    let statement: String
    let newHash: String
    let userID: String
    /// The hash that the login has read; nil when the statement does not ask for it.
    let oldHash: String?

    typealias Row = AnyRow
    typealias Answer = Void
    static let isIdempotent = false

    func sql(in schema: Schema) -> String { statement }

    var parameters: [PostgreSQLParameter] {
        [.text(newHash), .text(userID)] + (oldHash.map { [.text($0)] } ?? [])
    }
}
