import TestSupport
import Testing

@testable import Sessions

/// Rights with which a role can do what only a gate may: a warning, since an administrator has granted them.
@Suite struct RightsOfOthersTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String
    private let tables: FunctionDatabase
    private let log = RecordedLog()
    private var attacker: String { "\(database)_attacker" }

    init() throws {
        tables = try FunctionDatabase()
        (server, database) = (tables.server, tables.name)
        try psql("CREATE ROLE \(attacker)")
    }

    private var migrations: Migrations { Migrations(schema: nil, lifetime: .seconds(86400)) }

    private func connection() throws -> PostgreSQLConnection {
        try PostgreSQLConnection(server.url(database: database), log: log.logger)
    }

    private func faults() throws -> [SchemaFault] {
        try SchemaFaultLog.relevant(migrations.faults(on: connection(), "public"))
    }

    /// What a gate whose role is ``attacker`` finds.
    private func faultsOfGate() throws -> [SchemaFault] {
        let connection = try PostgreSQLConnection(server.url(user: attacker, database: database), log: log.logger)
        return try SchemaFaultLog.relevant(migrations.faults(on: connection, "public"))
    }

    private func grantRightsOfGate() throws {
        let owner = try connection()
        try owner.introduce(isPooled: false, deadline: .seconds(5))
        try owner.enterSchema(nil, deadline: .seconds(5))
        try Grants.run(to: attacker, on: owner)
        try psql("ALTER ROLE \(attacker) LOGIN")
    }

    private static let text = "roles have rights with which they can \(Self.powers) ("
    private static let powers = "read the gate's secrets, make or keep sessions, lift limits or run code as the gate"

    @Test(arguments: [
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO ROLE", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO ROLE",
        "GRANT SELECT (key) ON session_keys TO ROLE", "GRANT SELECT ON session_channel TO ROLE",
        "GRANT SELECT ON redis_seal_keys TO ROLE", "GRANT INSERT ON session_tokens TO ROLE",
        "GRANT UPDATE (token_hash) ON session_tokens TO ROLE", "GRANT UPDATE ON user_epochs TO ROLE",
        // A link for a new password of anybody, with a code of one's own.
        "GRANT INSERT, UPDATE ON authfcgi_password_resets TO ROLE",
        "GRANT INSERT (user_id, code_hash, expires_at) ON authfcgi_password_resets TO ROLE",
        "GRANT UPDATE (code_hash) ON authfcgi_password_resets TO ROLE",
        // Workers would not learn of a revocation that was counted.
        "GRANT INSERT ON unannounced_revocations TO ROLE", "GRANT UPDATE ON unannounced_revocations TO ROLE",
        "GRANT DELETE ON unannounced_revocations TO ROLE", "GRANT TRUNCATE ON unannounced_revocations TO ROLE",
        "GRANT UPDATE ON session_limits TO ROLE", "GRANT UPDATE (maximum_lifetime) ON session_limits TO ROLE",
        // A row of the view is one of the table.
        "GRANT INSERT ON live_sessions TO ROLE", "GRANT UPDATE (user_id) ON live_sessions TO ROLE",
        "GRANT DELETE ON login_throttle TO ROLE", "GRANT UPDATE ON login_throttle TO ROLE",
        "GRANT INSERT ON login_devices TO ROLE",
        "GRANT TRIGGER ON authfcgi_users TO ROLE", "GRANT EXECUTE ON FUNCTION listen_for_revocations TO ROLE",
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO ROLE",
    ])
    func `they are found, and the statements that are printed take them away`(grant: String) throws {
        try psql(grant.replacing("ROLE", with: attacker))
        let found = try faults()
        #expect(found.map(\.kind) == [.rightsOfOthers], "\(found.map(\.text))")
        let fault = try #require(found.first)
        #expect(fault.isWarning && !fault.preventsStart && !fault.isOpen)
        #expect(fault.text.hasPrefix("\(Self.text)\(attacker): "), "\(fault.text)")
        #expect(fault.text.contains("): unless it is intended, the role postgres runs, in this database: REVOKE "))
        try psql(fault.remedies.joined(separator: "; "))
        #expect(try faults() == [])
    }

    @Test func `what applications and reports need is not reported`() throws {
        try psql(
            """
            GRANT authfcgi_mint TO \(attacker);
            GRANT EXECUTE ON FUNCTION create_access_token TO \(attacker);
            GRANT SELECT ON session_tokens, live_sessions, session_limits, authfcgi_audit TO \(attacker);
            GRANT SELECT, DELETE ON authfcgi_password_resets TO \(attacker);
            GRANT SELECT ON login_throttle, login_devices, unannounced_revocations TO \(attacker);
            GRANT DELETE ON session_tokens, live_sessions TO \(attacker);
            GRANT SELECT, INSERT, UPDATE, DELETE ON authfcgi_users TO \(attacker)
            """)
        #expect(try faults() == [])
        // But with rights on everything it can give itself a password.
        try psql("GRANT ALL ON ALL TABLES IN SCHEMA public TO \(attacker)")
        let remedies = try faults().flatMap(\.remedies)
        let aboutUsers = remedies.filter { $0.contains("UPDATE ON TABLE") && $0.contains("public.authfcgi_users") }
        #expect(aboutUsers.count == 1, "\(remedies)")
    }

    @Test func `a gate's role has what it needs, and more than that is reported`() throws {
        try grantRightsOfGate()
        #expect(try faults() == [])
        try psql("GRANT ALL ON session_keys TO \(attacker)")
        let remedies = try faults().flatMap(\.remedies)
        #expect(remedies.count == 1 && remedies.first?.contains("SELECT") == false, "\(remedies)")
        #expect(remedies.first?.contains("TRIGGER") == true, "\(remedies)")
    }

    @Test func `a gate reports that its own role can do more than it needs`() throws {
        try grantRightsOfGate()
        #expect(try faultsOfGate() == [])
        try psql("GRANT INSERT, UPDATE ON session_keys TO \(attacker)")
        let found = try faultsOfGate()
        #expect(found.map(\.kind) == [.rightsOfOthers], "\(found.map(\.text))")
        #expect(found.first?.fact == "\(Self.text)\(attacker): INSERT, UPDATE ON session_keys)", "\(found)")
        try psql(found.flatMap(\.remedies).joined(separator: "; "))
        #expect(try faultsOfGate() == [])
    }

    @Test(arguments: [
        ("GRANT postgres TO %", "is a member of the owner postgres"), ("ALTER ROLE % SUPERUSER", "is a superuser"),
    ])
    func `a gate whose role has the power of the owner is warned, and migrate is not`(
        _ change: String, _ words: String
    ) throws {
        try grantRightsOfGate()
        try psql(change.replacing("%", with: attacker))
        let found = try faultsOfGate()
        #expect(found.map(\.kind) == [.powerOfGate], "\(found.map(\.text))")
        #expect(found.first?.text.hasPrefix("the role \(attacker) \(words): ") == true, "\(found.map(\.text))")
        let environment = ["DATABASE_URL": server.url(user: attacker, database: database)]
        let checked = try run(["config", "check"], environment: environment)
        #expect(checked.status.isSuccess && checked.errors.contains(words), "\(checked)")
        let migrated = try run(["migrate"], environment: environment)
        #expect(migrated.status.isSuccess && !migrated.errors.contains(words), "\(migrated)")
        #expect(try faults() == [])
    }

    @Test func `commands warn, succeed and leave the rights as they are`() throws {
        try psql("GRANT ALL ON ALL TABLES IN SCHEMA public TO \(attacker)")
        for command in [["config", "check"], ["migrate"]] {
            let result = try run(command)
            #expect(result.status.isSuccess, "\(command): \(result)")
            #expect(result.errors.contains(Self.text), "\(command): \(result)")
        }
        #expect(try psql("SELECT has_table_privilege('\(attacker)', 'session_keys', 'SELECT')") == "t")
    }

    @Test func `a store warns at its start`() async throws {
        try psql("GRANT TRIGGER ON session_tokens TO \(attacker)")
        let pod = try await TestStore.start(server.url(database: database))
        let line = "warning: \(Self.text)\(attacker): TRIGGER ON session_tokens)"
        #expect(pod.log.text.contains(line), "\(pod.log.text)")
    }
}
