internal import EventLoop

/// Records the highest cost of the password hashes that a worker has met, for all workers, under the present hour.
struct NoteHighestHashingCost: Statement {
    let cost: HashingCost

    typealias Row = AnyRow
    typealias Answer = Void
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        WITH past AS (DELETE FROM \(schema)hashing_costs WHERE met_in < statement_timestamp() - interval '2 days')
        INSERT INTO \(schema)hashing_costs AS c (met_in, slowest_hash, slowest_hash_byte, largest_hash)
        VALUES (date_trunc('hour', statement_timestamp()), $1::bigint * interval '1 microsecond',
                $2::bigint * interval '1 microsecond', $3::bigint)
            ON CONFLICT (met_in) DO UPDATE
           SET slowest_hash      = greatest(c.slowest_hash, excluded.slowest_hash),
               slowest_hash_byte = greatest(c.slowest_hash_byte, excluded.slowest_hash_byte),
               largest_hash      = greatest(c.largest_hash, excluded.largest_hash)
        """
    }

    var parameters: [PostgreSQLParameter] {
        [cost.time, cost.timePerByte].map { .number(Int(($0.seconds * 1e6).rounded(.up))) } + [.number(cost.bytes)]
    }
}
