/// A statement of a batch that is sent in one round trip.
struct PipelinedQuery {
    let sql: String
    var parameters: [PostgreSQLParameter] = []
    /// Handles the result: rows in binary form, or the server's error, after which the connection can still be used.
    let handle: (borrowing PostgreSQLResult) throws(PostgreSQLError) -> Void
}
