extension Migrations {
    /// Returns columns of a SELECT that tell whether there is nothing to apply and nothing to object to, so that a
    /// connection to a database that is up to date needs no round trip for it. The search path must be restricted.
    /// - Parameter tables: The schema of the gate's tables.
    func completeness(in tables: Schema) -> String {
        let lifetimes = Lifetimes(usual: lifetime, remembered: rememberedLifetime)
        let differ =
            applies ? "EXISTS (SELECT FROM \(tables.limitsTable) WHERE \(lifetimes.differLiterally))" : "false"
        return """
            array_to_string(ARRAY(SELECT m.number || ' ' || m.name FROM \(tables)\(Self.table) m), ',') AS applied, \
            \(differ) AS differ
            """
    }

    /// Reads the columns of ``completeness(in:)``, in text form.
    /// - Returns: True if ``run(on:log:)`` would do nothing.
    /// - Throws: ``PostgreSQLError/confusion(_:)``
    func isComplete(_ result: borrowing PostgreSQLResult) throws(PostgreSQLError) -> Bool {
        var applied: [Int: String] = [:]
        for step in result.text(0, try result.column("applied")).split(separator: ",") {
            let words = step.split(separator: " ", maxSplits: 1)
            if words.count == 2, let number = Int(words[0]) { applied[number] = String(words[1]) }
        }
        guard result.text(0, try result.column("differ")) == "f",
            // If another process applies the steps, some may be missing.
            applies ? applied[Self.latest] != nil : !applied.isEmpty
        else { return false }
        return Self.objection(to: applied) == nil
    }
}
