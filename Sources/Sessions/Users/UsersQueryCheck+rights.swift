/// The rights that the statements of a ``UsersQuery`` need.
extension UsersQueryCheck {
    /// Plans a statement without running it, for which PostgreSQL checks the rights as for running it.
    /// - Parameters:
    ///   - sql: The statement, which ``describe(_:_:called:_:)`` has parsed in this transaction.
    ///   - parameters: The number of its parameters.
    ///   - privileges: The rights that it needs on its tables.
    ///   - query: The query that it belongs to.
    ///   - name: The statement's name in messages.
    /// - Throws: ``PostgreSQLError/unusable(_:)`` with the statements to run; other errors if the check was not possible.
    func requireRights(
        _ sql: String, parameters: Int, privileges: String, _ query: UsersQuery, called name: String
    ) throws(PostgreSQLError) {
        try connection.script("SAVEPOINT authfcgi", deadline: query.deadline)
        do throws(PostgreSQLError) {
            let values = Array(repeating: PostgreSQLParameter.null, count: parameters)
            _ = try connection.query("EXPLAIN \(sql)", values, deadline: query.deadline)
            try connection.script("RELEASE SAVEPOINT authfcgi", deadline: query.deadline)
        } catch {
            guard case .server = error, !error.endsConnection else { throw error }
            try connection.script("ROLLBACK TO SAVEPOINT authfcgi", deadline: query.deadline)
            // What cannot be explained may still work.
            guard error.isRefusedPermission else { return }
            try connection.restrictSearchPathInTransaction(deadline: query.deadline)
            let find = FindMissingRights(privileges: privileges)
            let statements = try connection.run(find, in: connection.schema, deadline: query.deadline)
            guard !statements.isEmpty else { throw .unusable("\(name) does not work: \(error.reason)") }
            throw .unusable(
                "\(name) does not work: \(error.message): run, as the owner of what it uses, "
                    + statements.joined(separator: "; "))
        }
    }
}

/// Finds the tables that the statement of this transaction uses and the connection's role lacks rights on: all of
/// ``privileges`` where it writes, and SELECT elsewhere. PostgreSQL keeps a lock on each until the end of the transaction.
private struct FindMissingRights: Statement {
    let privileges: String

    typealias Answer = [String]
    typealias Row = String
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        WITH used AS (
            SELECT c.oid, c.relkind, CASE WHEN bool_or(l.mode = 'RowExclusiveLock') THEN $1::text ELSE 'SELECT' END AS needed
              FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
             WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND c.relkind IN ('r', 'v', 'm', 'f', 'p')
               AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
               AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace)
             GROUP BY c.oid, c.relkind
        )
        SELECT format('GRANT %s ON %s TO %I', u.needed, u.oid::regclass, current_user) AS statement
          FROM used u
         WHERE EXISTS (SELECT FROM unnest(string_to_array(u.needed, ', ')) p WHERE NOT has_table_privilege(u.oid, p))
           -- The tables behind a view are used with the rights of its owner.
           AND NOT EXISTS (SELECT FROM used v JOIN pg_rewrite r ON r.ev_class = v.oid
                             JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                            WHERE v.relkind IN ('v', 'm') AND v.oid <> u.oid AND d.refobjid = u.oid)
         ORDER BY 1
        """
    }

    var parameters: [PostgreSQLParameter] { [.text(privileges)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> String { try row.text("statement") }
}
