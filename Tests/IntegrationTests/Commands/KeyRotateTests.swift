import TestSupport
import Testing

/// `authfcgi key rotate` makes a new key for tokens, and nobody notices.
@Suite struct KeyRotateTests: RunsCommands {
    private let gates: TwoGates
    var server: PostgreSQLServer { gates.server }
    var database: String { gates.database }

    init() throws { gates = try TwoGates(users: ["ann"]) }

    /// Returns the number of the key that a token's tag was made with.
    private func key(of token: String) throws -> String {
        try psql(
            """
            WITH token AS (SELECT decode(translate(substr('\(token)', 5), '-_', '+/') || '==', 'base64') AS bytes)
            SELECT k.generation FROM session_keys k, token t
             WHERE substr(sha256(k.key || substr(t.bytes, 1, 32)), 1, 8) = substr(t.bytes, 33)
            """)
    }

    @Test func `no fresh login is refused anywhere, and older tokens stay valid`() throws {
        let old = try gates.logIn("ann")
        try gates.warm(old)
        #expect(try key(of: old) == "1")
        let rotated = try run(["key", "rotate"])
        #expect(rotated.status.isSuccess, "\(rotated)")
        #expect(
            rotated.output == "Made token key 2. New tokens are made with it from 10 s on; older tokens stay valid.\n")
        let begin = ContinuousClock.now
        var keys: [String] = []
        while ContinuousClock.now - begin < .seconds(13) {
            // By a gate, and by SQL.
            for token in [try gates.logIn("ann"), try gates.one.signIn("bob")] {
                for gate in [gates.two, gates.one] { #expect(try gate.check(token) == 200) }
                keys.append(try key(of: token))
            }
        }
        #expect(keys.first == "1" && keys.last == "2" && Set(keys) == ["1", "2"], "\(keys)")
        for gate in [gates.one, gates.two] { #expect(try gate.check(old) == 200) }
        #expect(try psql("SELECT count(*) FROM redis_seal_keys") != "0")
    }

    @Test func `it is recorded and logged, and has its number as JSON`() throws {
        let rotated = try run(["key", "rotate", "--json"])
        #expect(rotated.output == "{\"generation\":2}\n", "\(rotated)")
        let line = try #require(rotated.errors.auditLines().first)
        #expect(line.message == "token key rotated" && line["event"] == "key_rotate" && line["generation"] == "2")
        let recorded = try psql("SELECT action, user_id IS NULL, author LIKE '%uid %' FROM authfcgi_audit")
        #expect(recorded.split(separator: "\n").contains("key_rotate|t|t"), "\(recorded)")
        let audit = try run(["audit"])
        #expect(audit.output.contains("key_rotate  everybody"), "\(audit)")
        #expect(try psql("SELECT count(*) FROM session_keys WHERE isfinite(created_at)") == "2")
    }

    @Test func `a role that does not own the tables may not, and learns why`() throws {
        let role = "\(database)_pod"
        try psql("CREATE ROLE \(role) LOGIN")
        #expect(try run(["migrate", "--grant-to", role]).status.isSuccess)
        let refused = try run(
            ["key", "rotate"], environment: ["DATABASE_URL": server.url(user: role, database: database)])
        #expect(refused.status == .code(78), "\(refused)")
        #expect(refused.errors.contains("permission denied for function rotate_session_key"), "\(refused)")
        #expect(refused.errors.contains("run it as that role") && !refused.errors.contains("--grant-to"), "\(refused)")
        #expect(try psql("SELECT count(*) FROM session_keys") == "1")
    }
}
