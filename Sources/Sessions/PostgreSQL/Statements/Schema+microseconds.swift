extension Schema {
    /// Returns SQL for a time as `PostgreSQLRow.date` reads it: whole microseconds since 1970, limited to the years 1 to
    /// 9999, or NULL. The result is an integer because on PostgreSQL 13 `extract` gives a double precision, whose digits
    /// `extra_float_digits`, a setting that a role or database may have, cuts off.
    /// - Parameter expression: A timestamptz.
    static func microseconds(_ expression: String) -> String {
        """
        (extract(epoch FROM CASE WHEN \(expression) > '9999-12-31 00:00:00Z' THEN '9999-12-31 00:00:00Z' \
        WHEN \(expression) < '0001-01-01 00:00:00Z' THEN '0001-01-01 00:00:00Z' \
        ELSE \(expression) END) * 1000000)::bigint
        """
    }
}
