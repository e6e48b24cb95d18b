import Testing

@testable import Sessions

/// How messages name what has to be changed.
struct ConfigurationNamesTests {
    private let names = ConfigurationNames([.schema: "SCHEMA", .preparedStatementsOff: "PREPARED=off"])
    private let pooled = PostgreSQLError.server(.undefinedStatement, "no such statement")

    @Test func `what is to be changed has the name that the program gives it`() {
        #expect(
            PostgreSQLError.unusable("choose another schema", part: .schema).reason(names).hasSuffix("schema (SCHEMA)"))
        #expect(pooled.reason(names) == pooled.reason + " (PREPARED=off)")
    }

    @Test func `what has no name is not named`() {
        let none = ConfigurationNames()
        #expect(
            PostgreSQLError.unusable("choose another schema", part: .schema).reason(none) == "choose another schema")
        #expect(pooled.reason(none) == pooled.reason)
        #expect(PostgreSQLError.unusable("so", part: .url).reason(names) == "so")
        #expect(PostgreSQLError.unusable("so").reason(names) == "so")
        #expect(PostgreSQLError.deadline.reason(names) == PostgreSQLError.deadline.reason)
    }
}
