internal import EventLoop

/// Claims the clean-up, which one caller does per `interval`. The answer is whether the caller is to do it now.
struct ClaimCleanup: Statement {
    let interval: Duration

    typealias Answer = Bool
    static let isIdempotent = false

    func sql(in schema: Schema) -> String {
        "SELECT \(schema)claim_session_cleanup(make_interval(secs => $1::double precision)) AS is_claimed"
    }

    var parameters: [PostgreSQLParameter] { [.number(interval.seconds)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Bool { try row.flag("is_claimed") }
}
