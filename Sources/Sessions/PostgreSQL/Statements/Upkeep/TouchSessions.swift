internal import EventLoop

/// Writes down uses of sessions. The answer is the hashes whose rows somebody else holds at the moment.
struct TouchSessions: Statement {
    let hashes: [SHA256Digest]
    /// When each of them was used, by the database's clock.
    let usedAt: [DatabaseInstant]
    /// How much later than what is written down a use must be to be worth writing.
    let freshness: Duration

    typealias Answer = [SHA256Digest]
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        SELECT encode(touched, 'hex') AS held FROM \(schema)touch_sessions($1::bytea[], ARRAY(SELECT timestamptz \
        '2000-01-01 00:00:00+00' + used.at * interval '1 microsecond' \
        FROM unnest($2::bigint[]) WITH ORDINALITY AS used (at, number) ORDER BY used.number), \
        make_interval(secs => $3::double precision)) AS touched
        """
    }

    var parameters: [PostgreSQLParameter] {
        [.digests(hashes), .numbers(usedAt.map(\.microseconds)), .number(freshness.seconds)]
    }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> SHA256Digest { try row.digest("held") }
}
