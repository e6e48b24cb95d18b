import Testing

@testable import Sessions

/// The names of configuration parts in messages.
struct ConfigurationNamesTests {
    private let names = ConfigurationNames([.schema: "SCHEMA", .preparedStatementsOff: "PREPARED=off"])
    private let pooled = PostgreSQLError.server(.undefinedStatement, "no such statement")

    @Test func `messages use the program's names of configuration parts`() {
        #expect(
            PostgreSQLError.unusable("choose another schema", part: .schema).reason(names).hasSuffix("schema (SCHEMA)"))
        #expect(pooled.reason(names) == pooled.reason + " (PREPARED=off)")
    }

    @Test func `messages omit parts without a name`() {
        let none = ConfigurationNames()
        #expect(
            PostgreSQLError.unusable("choose another schema", part: .schema).reason(none) == "choose another schema")
        #expect(pooled.reason(none) == pooled.reason)
        #expect(PostgreSQLError.unusable("so", part: .url).reason(names) == "so")
        #expect(PostgreSQLError.unusable("so").reason(names) == "so")
        #expect(PostgreSQLError.deadline.reason(names) == PostgreSQLError.deadline.reason)
    }
}
