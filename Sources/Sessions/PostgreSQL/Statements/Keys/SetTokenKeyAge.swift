/// Sets the age of a key for tokens, from which it is used for new ones.
struct SetTokenKeyAge: Statement {
    /// The number of the key.
    let generation: Int
    /// True for a key that is made now; false for one that is not used yet.
    let isReady: Bool

    typealias Row = AnyRow
    typealias Answer = Void
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        UPDATE \(schema)session_keys \
        SET created_at = CASE WHEN $2::boolean THEN clock_timestamp() ELSE 'infinity'::timestamptz END \
        WHERE generation = $1::integer
        """
    }

    var parameters: [PostgreSQLParameter] { [.number(generation), .text(isReady ? "true" : "false")] }
}
