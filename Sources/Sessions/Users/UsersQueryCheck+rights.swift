/// The rights of the gate's role on what the statements of a ``UsersQuery`` use.
extension UsersQueryCheck {
    /// Refuses statements that the role may not run. They are planned, and not run. Must be called within a transaction, as
    /// its last step.
    /// - Throws: ``PostgreSQLError/unusable(_:part:)`` with the right that is missing.
    func requireRights(_ query: UsersQuery) throws(PostgreSQLError) {
        try requireRight(to: query.sql, [.text("")], query.name, query.deadline)
        guard let rehash = query.rehash else { return }
        let parameters = Array(repeating: PostgreSQLParameter.optional(nil), count: query.rehashTakesOldHash ? 3 : 2)
        try requireRight(to: rehash, parameters, query.rehashName, query.deadline)
    }

    private func requireRight(
        to sql: String, _ parameters: [PostgreSQLParameter], _ name: String, _ deadline: Duration
    ) throws(PostgreSQLError) {
        do throws(PostgreSQLError) {
            // PostgreSQL checks rights when it has planned a statement. Without VERBOSE a parenthesis would begin options.
            _ = try connection.query("EXPLAIN VERBOSE \(sql)", parameters, deadline: deadline)
        } catch {
            switch error {
            case .server(.insufficientPrivilege, let text):
                throw .unusable(
                    "\(name) may not be run by the gate's role: \(text): GRANT the role what the statement uses, such as "
                        + "GRANT SELECT ON its tables, and UPDATE for the rehash")
            // The statement can be prepared: what else EXPLAIN refuses does not matter.
            case .server, .unreadable: break
            case .connection, .refused, .deadline, .confusion, .unusable: throw error
            }
        }
    }
}
