import Testing

@testable import Sessions

@Suite struct RefusedRightTests {
    private func reason(_ message: String) -> String {
        PostgreSQLError.server(SQLState("42501"), message).reason
    }

    @Test(arguments: [
        (
            "permission denied for table session_keys",
            "for tables that another role owns, that role runs: authfcgi migrate --grant-to ROLE"
        ),
        (
            "permission denied for function create_session",
            "for tables that another role owns, that role runs: authfcgi migrate --grant-to ROLE"
        ),
        (
            "permission denied for function rotate_session_key",
            "the role that owns the tables may do it alone: run it as that role"
        ),
        (
            "permission denied for table auth_user",
            "missing: GRANT SELECT ON auth_user TO ROLE, for a statement that writes UPDATE"
        ),
        (
            "permission denied for materialized view people",
            "missing: GRANT SELECT ON people TO ROLE, for a statement that writes UPDATE"
        ),
        ("permission denied for schema shop", "missing: GRANT USAGE ON SCHEMA shop TO ROLE, to make tables CREATE"),
        ("permission denied for function f", "missing: GRANT EXECUTE ON FUNCTION f TO ROLE"),
        ("permission denied for database app", "missing: GRANT CONNECT ON DATABASE app TO ROLE"),
        ("permission denied for sequence s", "missing: GRANT USAGE ON SEQUENCE s TO ROLE"),
        ("must be owner of table session_tokens", "run authfcgi migrate as the role that owns the tables"),
        (
            "keine Berechtigung für Tabelle auth_user",
            "authfcgi config check says which right the role of the connection lacks"
        ),
    ])
    func `a refusal is followed by the right that is missing`(message: String, advice: String) {
        #expect(reason(message) == "\(message) (SQLSTATE 42501; \(advice))")
    }

    @Test func `versions before 13 are refused by name, and an unknown one is not`() {
        #expect(PostgreSQLConnection.objection(toVersion: 120_022)?.hasPrefix("the server is PostgreSQL 12, ") == true)
        #expect(PostgreSQLConnection.objection(toVersion: 90_624)?.hasPrefix("the server is PostgreSQL 9.6, ") == true)
        for version in [0, 130_000, 150_020, 180_001] {
            #expect(PostgreSQLConnection.objection(toVersion: version) == nil)
        }
    }
}
