internal import EventLoop

/// The end of sessions while notifications of other sessions hold up commits. PostgreSQL commits transactions with
/// notifications one after the other, in all databases of the server.
extension PostgreSQLConnection {
    /// A statement after which the server counts revocations for ten seconds instead of notifying: see
    /// `announce_revocations()`. Not behind a pooler, where it would affect others. It has no operator, because the search
    /// path may be the operator's.
    static let countingOfRevocations = """
        SELECT pg_catalog.set_config('authfcgi.counting_since', \
        pg_catalog.date_part('epoch', pg_catalog.clock_timestamp())::pg_catalog.text, false)
        """

    /// Has the server count the revocations of the current transaction instead of notifying.
    /// - Throws: ``PostgreSQLError``
    func countRevocationsInTransaction(deadline: Duration) throws(PostgreSQLError) {
        try script("SET LOCAL authfcgi.counting_since = 'Infinity'", deadline: deadline)
    }
}
