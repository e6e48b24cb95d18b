/// A check of the statements of a ``UsersQuery``, which does not run them.
package struct UsersQueryCheck: ~Copyable {
    /// The result of a check that found nothing that prevents the statements from working.
    package struct Findings: Sendable {
        /// The columns of the query's result that are used.
        package let columns: [String]
        /// The advice about roles that may create objects in a schema of the search path, or nil.
        package let searchPathAdvice: String?
    }

    let connection: PostgreSQLConnection

    package init(_ connection: PostgreSQLConnection) {
        self.connection = connection
    }

    /// The columns with a meaning.
    private static let required = ["id", "password_hash"]
    private static let optional = ["username", "name", "email", "groups", "disabled"]

    /// The advice about a ``UsersQuery/rehash`` that does not compare the old hash, or nil.
    package static func rehashAdvice(_ query: UsersQuery) -> String? {
        guard query.rehash != nil, !query.rehashTakesOldHash else { return nil }
        return "\(query.rehashName) has no $3: a password that is changed while its user signs in may be undone; "
            + "add AND … = $3, the old hash"
    }

    /// Checks the statements, in the search path that the connection was opened with.
    /// - Throws: ``PostgreSQLError/unusable(_:)`` with the problem and its solution; other errors if the check was not
    ///   possible.
    @discardableResult
    package func run(_ query: UsersQuery) throws(PostgreSQLError) -> Findings {
        // A transaction for each statement: behind a pooler both steps of describing must reach the same server, and what
        // one statement uses tells nothing about the rights that the other one needs.
        let findings = try connection.transaction(deadline: query.deadline) { () throws(PostgreSQLError) in
            let advice = try searchPath(query)
            try connection.restoreSearchPathInTransaction(deadline: query.deadline)
            let columns = try select(query)
            try requireRights(query.sql, parameters: 1, privileges: "SELECT", query, called: query.name)
            return Findings(columns: columns, searchPathAdvice: advice)
        }
        guard let rehash = query.rehash else { return findings }
        try connection.transaction(deadline: query.deadline) { () throws(PostgreSQLError) in
            try connection.restoreSearchPathInTransaction(deadline: query.deadline)
            try update(rehash, query)
            try requireRights(
                rehash, parameters: query.rehashTakesOldHash ? 3 : 2, privileges: "SELECT, UPDATE", query,
                called: query.rehashName)
        }
        return findings
    }

    /// Refuses a search path with a schema in which every role may create objects. Single roles with that right are often
    /// those of the application whose users these are, and only mentioned.
    private func searchPath(_ query: UsersQuery) throws(PostgreSQLError) -> String? {
        let path = try connection.openedSearchPath(deadline: query.deadline)
        try connection.restrictSearchPathInTransaction(deadline: query.deadline)
        let find = FindSchemaCreators(schemas: path, areChosen: false)
        let found = try connection.run(find, in: connection.schema, deadline: query.deadline)
        if let creators = found.first(where: { $0.includesEverybody || $0.owner != nil }) {
            throw .unusable(
                "\(creators.fact), which is in the search path of \(query.name): run \(creators.remedy); or name the "
                    + "tables with their schema and set another path: ALTER ROLE \(creators.gate) SET search_path = …")
        }
        return found.first.map { creators in
            "\(creators.fact), which is in the search path of \(query.name): functions and operators of theirs may run "
                + "with the gate's rights"
        }
    }

    private func select(_ query: UsersQuery) throws(PostgreSQLError) -> [String] {
        let form = """
            write a SELECT that takes the name as $1 and returns id and password_hash, and username, name, email, groups \
            and disabled if there are such
            """
        let (columns, types) = try describe(query.sql, query, called: query.name, form)
        for column in Self.required where !columns.contains(column) {
            throw .unusable("\(query.name) returns no column \(column): \(form)")
        }
        let used = (Self.required + Self.optional).filter { columns.contains($0) }
        for column in used where columns.count(where: { $0 == column }) > 1 {
            throw .unusable("\(query.name) returns several columns called \(column): keep one of them")
        }
        guard types.count == 1 else {
            throw .unusable("\(query.name) takes \(types.count) parameters instead of one: \(form)")
        }
        try requireText(types[0], query)
        _ = try describe(FindExternalUser.userFields(query.sql), query, called: query.name, "write one plain SELECT")
        return used
    }

    /// Otherwise a name that is not a number would be an error instead of an unknown user.
    private func requireText(_ type: UInt32, _ query: UsersQuery) throws(PostgreSQLError) {
        let describe = DescribeType(number: type)
        guard let type = try connection.run(describe, in: connection.schema, deadline: query.deadline),
            !type.isText
        else { return }
        throw .unusable("\(query.name) compares $1, which is a text, with \(type.name): cast the column to text")
    }

    private func update(_ rehash: String, _ query: UsersQuery) throws(PostgreSQLError) {
        let form = "write an UPDATE that takes the new hash as $1, the id as $2 and, if you like, the old hash as $3"
        let (columns, types) = try describe(rehash, query, called: query.rehashName, form)
        guard columns.isEmpty else { throw .unusable("\(query.rehashName) returns rows: \(form)") }
        guard types.count == (query.rehashTakesOldHash ? 3 : 2) else {
            throw .unusable("\(query.rehashName) takes \(types.count) parameters: \(form)")
        }
    }

    private func describe(
        _ sql: String, _ query: UsersQuery, called name: String, _ advice: String
    ) throws(PostgreSQLError) -> (columns: [String], types: [UInt32]) {
        try connection.script("SAVEPOINT authfcgi", deadline: query.deadline)
        do throws(PostgreSQLError) {
            let description = try connection.describe(sql, deadline: query.deadline)
            try connection.script("RELEASE SAVEPOINT authfcgi", deadline: query.deadline)
            return (description.columnNames, description.parameterTypes)
        } catch {
            guard case .server(let state, _) = error, state.blamesStatement else { throw error }
            if state == .undefinedTable { throw .unusable(try missingTable(error, query, called: name, advice)) }
            // A right is missing, such as the use of the schema, and the text says which.
            if error.isRefusedPermission { throw .unusable("\(name) does not work: \(error.reason)") }
            throw .unusable("\(name) does not work: \(error.reason): \(advice)")
        }
    }

    /// Returns the message about a table that PostgreSQL does not find: it says so too of one in a schema of the search path
    /// that the role may not use.
    private func missingTable(
        _ error: PostgreSQLError, _ query: UsersQuery, called name: String, _ advice: String
    ) throws(PostgreSQLError) -> String {
        try connection.script("ROLLBACK TO SAVEPOINT authfcgi", deadline: query.deadline)
        let path = try connection.run(ReadSearchPathSetting(), in: connection.schema, deadline: query.deadline)
        try connection.restrictSearchPathInTransaction(deadline: query.deadline)
        let find = FindHiddenSchemas(searchPath: path ?? "")
        let statements = try connection.run(find, in: connection.schema, deadline: query.deadline)
        guard !statements.isEmpty else {
            return "\(name) does not work: \(error.reason): connect to the database of the application, with its "
                + "search_path or the table's schema in the statement; \(advice)"
        }
        return "\(name) does not work: \(error.reason), and the role may not use a schema of its search path: run "
            + statements.joined(separator: "; ")
    }
}
