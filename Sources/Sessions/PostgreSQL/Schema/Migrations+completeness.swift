extension Migrations {
    /// Returns a query that tells whether there is nothing to apply and nothing to object to. It is sent together with
    /// others, so that a connection to a database that is up to date needs no round trip for it.
    ///
    /// - Parameter handle: Called with true if ``run(on:log:)`` would do nothing. Called with false in every other case,
    ///   an error included; ``run(on:log:)`` then finds out what is to be done.
    func completeness(_ handle: @escaping (Bool) -> Void) -> PipelinedQuery {
        let tables = Schema(schema)
        let lifetimes = Lifetimes(usual: lifetime, remembered: rememberedLifetime)
        let differ = applies ? "EXISTS (SELECT FROM \(tables.limitsTable) WHERE \(Lifetimes.differ))" : "false"
        return PipelinedQuery(
            sql: """
                SELECT m.number, m.name, \(differ) AS differ FROM \(tables)\(Self.table) m \
                JOIN pg_class c ON c.oid = m.tableoid JOIN pg_namespace n ON n.oid = c.relnamespace \
                WHERE n.nspname = \(schema == nil ? "current_schema()" : "n.nspname")
                """, parameters: applies ? lifetimes.parameters : []
        ) { result throws(PostgreSQLError) in
            guard case .rows = result.status else { return handle(false) }
            let (number, name) = (try result.column("number"), try result.column("name"))
            let differ = try result.column("differ")
            var applied: [Int: String] = [:]
            var isComplete = true
            for row in 0..<result.rowCount {
                applied[Int(result.binaryInteger(row, number) ?? 0)] = result.text(row, name)
                if result.isTrue(row, differ) { isComplete = false }
            }
            handle(isComplete && areComplete(applied))
        }
    }

    /// Returns whether no step is missing, or at least one is there if another process applies them, and none is that of
    /// another program.
    private func areComplete(_ applied: [Int: String]) -> Bool {
        guard applies ? applied[Self.latest] != nil : !applied.isEmpty else { return false }
        return Self.objection(to: applied) == nil
    }
}
