/// Records in `authfcgi_audit` what a command has done to one user, where no trigger sees it.
struct RecordCommand: Statement {
    /// The action, as in the log.
    let action: String
    let userID: String
    /// The user's name; nil to look it up.
    let username: String?
    /// The public id of the session concerned, a UUID; nil for none.
    let sessionID: String?

    typealias Row = AnyRow
    typealias Answer = Void
    static let isIdempotent = false

    func sql(in schema: Schema) -> String {
        "SELECT \(schema)record_command($1::text, $2::text, $3::text, $4::uuid)"
    }

    var parameters: [PostgreSQLParameter] {
        [.text(action), .text(userID), .optional(username), .optional(sessionID)]
    }
}
