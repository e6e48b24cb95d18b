/// Creates a session for a user who does not exist, to be rolled back. It is larger than a page, so that the table has to grow.
/// The answer is its public id. The search path must be the restricted one.
struct CreateTrialSession: Statement {
    let userID: String

    typealias Row = String
    typealias Answer = String
    static let isIdempotent = false

    func sql(in schema: Schema) -> String {
        """
        SELECT s.session_id FROM \(schema)create_session(sha256(gen_random_uuid()::text::bytea), $1::text, ''::text, \
        '{}'::text[], ''::text, ''::text, interval '1 minute', NULL::inet, \
        (SELECT string_agg(gen_random_uuid()::text, '') FROM generate_series(1, 500)), 'authfcgi doctor'::text, \
        NULL::bigint, NULL::interval, NULL::integer, NULL::bytea, NULL::timestamptz, NULL::text[]) s
        """
    }

    var parameters: [PostgreSQLParameter] { [.text(userID)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> String { try row.text("session_id") }
}
