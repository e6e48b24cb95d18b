import Testing

@testable import AuthFCGI
@testable import Sessions

/// What the doctor makes of a change that PostgreSQL refuses.
struct WriteCheckTests {
    // The SQLSTATE, default_transaction_read_only of the role, a part of the remedy.
    static let refusals: [(String, String, String?)] = [
        ("53100", "off", "make room on the disk"), ("55P03", "off", "end the transaction"),
        ("57014", "off", "wait_event"), ("25006", "off", "connect_query"), ("25006", "on", nil), ("23502", "off", nil),
    ]

    @Test(arguments: refusals)
    func `the remedy depends on the reason, and what other checks have found is theirs`(
        _ state: String, _ readOnly: String, _ remedy: String?
    ) {
        let failure = PostgreSQLError.server(SQLState(state), "it is refused")
        let finding = ServerChecks.write(failure, ["default_transaction_read_only": readOnly])
        #expect(finding.weight == .error(exitCode: 69))
        #expect(finding.text.hasPrefix("PostgreSQL: it is refused (SQLSTATE \(state)"), "\(finding)")
        #expect((finding.remedy == nil) == (remedy == nil))
        if let remedy { #expect(finding.remedy?.contains(remedy) == true, "\(finding)") }
    }

    @Test func `a limit of connections is named as in the check of the connection`() {
        let failure = PostgreSQLError.refused("FATAL:  too many connections for role \"srv\"")
        #expect(ServerChecks.write(failure, [:]).remedy == "raise the limit: ALTER ROLE … CONNECTION LIMIT")
    }

    @Test func `a server without an answer waits for something, and other reasons have their advice`() {
        #expect(ServerChecks.write(.deadline, [:]).remedy?.contains("wait_event") == true)
        let finding = ServerChecks.write(.unusable("it stays: look for triggers"), [:])
        #expect(finding == .error("it stays", "look for triggers"))
    }
}
