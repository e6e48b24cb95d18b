internal import EventLoop

/// Records the highest cost of the password hashes in use, for all workers. It is only ever raised.
struct NoteHighestHashingCost: Statement {
    let cost: HashingCost

    typealias Row = AnyRow
    typealias Answer = Void
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        UPDATE \(schema)authfcgi_state s
        SET slowest_hash = greatest(s.slowest_hash, n.short),
            slowest_hash_byte = greatest(CASE WHEN s.slowest_hash IS NOT NULL THEN s.slowest_hash_byte END, n.byte),
            largest_hash = greatest(CASE WHEN s.slowest_hash IS NOT NULL THEN s.largest_hash END, n.bytes)
        FROM (VALUES ($1::bigint * interval '1 microsecond', $2::bigint * interval '1 microsecond', $3::bigint))
             n (short, byte, bytes)
        WHERE (s.slowest_hash >= n.short AND s.slowest_hash_byte >= n.byte AND s.largest_hash >= n.bytes) IS NOT TRUE
        """
    }

    var parameters: [PostgreSQLParameter] {
        [cost.time, cost.timePerByte].map { .number(Int(($0.seconds * 1e6).rounded(.up))) } + [.number(cost.bytes)]
    }
}
