internal import EventLoop

/// Records uses of sessions. The answer is the token hashes whose rows another transaction has locked; try those again.
struct TouchSessions: Statement {
    let hashes: [SHA256Digest]
    /// The time of the last use of each, by the database's clock.
    let usedAt: [DatabaseInstant]
    /// The minimum difference from the recorded time. A use that is less later is not recorded.
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
