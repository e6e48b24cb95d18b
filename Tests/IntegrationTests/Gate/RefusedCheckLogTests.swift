import TestSupport
import Testing

/// The lines about refused checks with LOG_LEVEL=debug.
@Suite struct RefusedCheckLogTests {
    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let database: String

    init() throws {
        folder = try TestFolder()
        (server, database) = try SharedServers.newDatabase()
    }

    private func gate(_ environment: [String: String]) throws -> GateProcess {
        try GateProcess(in: folder, server: server, database: database, workers: 1, environment: environment)
    }

    /// Sends a check, expects a refusal, and returns its line, which may follow the answer.
    private func refusal(_ gate: GateProcess, _ parameters: [(String, String)]) throws -> LogLine {
        let path = "/reports/\(UInt64.random(in: 0...UInt64.max))"
        let request = [
            ("AUTH_ORIGINAL_METHOD", "POST"), ("AUTH_ORIGINAL_URI", "\(path)?secret=1"), ("REMOTE_ADDR", "192.0.2.7"),
        ]
        #expect(try gate.ask("GET", "/auth/verify", parameters: request + parameters).status == 401)
        try eventually("the line is there", log: gate.log) { gate.lines(with: "path=\(path) ") > 0 }
        let lines = gate.log.split(separator: "\n").filter { $0.contains("path=\(path) ") }
        try #require(lines.count == 1, "\(lines)")
        return try LogLine(lines[0])
    }

    private func expect(_ line: LogLine, _ reason: String, _ source: String) {
        #expect(line.level == "DEBUG" && line.message == "check refused", "\(line)")
        #expect(line["reason"] == reason && line["source"] == source, "\(line)")
        #expect(line["client"] == "192.0.2.7" && line["path"]?.contains("secret") == false, "\(line)")
        #expect(line["ms"].flatMap { Double($0) }.map { $0 >= 0 && $0 < 5000 } == true, "\(line)")
    }

    @Test(arguments: [false, true])
    func `each has the reason, the source of the answer and its time`(withRedis: Bool) throws {
        let redis = withRedis ? try RedisServer(in: folder) : nil
        let gate = try gate(
            ["LOG_LEVEL": "debug"].merging(redis.map { ["REDIS_URL": $0.url] } ?? [:]) { $1 })
        let token = try gate.signIn("ann")
        let other = try gate.signIn("ann")
        expect(try refusal(gate, []), "no token", "request")
        expect(try refusal(gate, [GateProcess.bearer("afs_short")]), "Bearer is no token of ours", "request")
        expect(try refusal(gate, [GateProcess.cookie("garbage")]), "the cookie has no token of ours", "request")
        expect(
            try refusal(gate, [("HTTP_COOKIE", "__Host-session=\(token); __Host-session=\(other)")]),
            "several cookies with different tokens", "request")
        // The tag is at the end. Only the last digit but one is certain to change it and to keep the canonical form.
        let digits = Array(token)
        let mangled = String(digits[..<50]) + (digits[50] == "A" ? "B" : "A") + String(digits[51...])
        expect(try refusal(gate, [GateProcess.bearer(mangled)]), "not made with a key of this database", "memory")

        for _ in 0..<3 { #expect(try gate.check(token) == 200) }
        let session = try server.psql(
            "SELECT session_id FROM session_tokens WHERE token_hash = session_token_hash('\(token)')",
            database: database)
        let hash = try server.psql(
            "SELECT left(encode(session_token_hash('\(token)'), 'hex'), 16)", database: database)
        try server.psql("SELECT revoke_access_token('\(token)')", database: database)
        try gate.expectRefusal(of: token, endedAt: .now)
        let revoked = try refusal(gate, [GateProcess.bearer(token)])
        expect(revoked, "revoked", "postgresql")
        #expect(revoked["session"] == session && revoked["user"] == "ann" && revoked["username"] == "ann")
        #expect(revoked["token_hash"] == hash)

        func ended(_ sql: String) throws -> LogLine {
            let token = try gate.signIn("bob")
            try server.psql(sql.replacing("HASH", with: "session_token_hash('\(token)')"), database: database)
            return try refusal(gate, [GateProcess.bearer(token)])
        }
        expect(
            try ended(
                "UPDATE session_tokens SET expires_at = now(), absolute_expires_at = now() WHERE token_hash = HASH"),
            "expired", "postgresql")
        expect(
            try ended("UPDATE session_tokens SET expires_at = now(), idle_timeout = '1 s' WHERE token_hash = HASH"),
            "expired: not in use", "postgresql")
        expect(
            try ended("DELETE FROM session_tokens WHERE token_hash = HASH"),
            "unknown: no such session, or removed after its end", "postgresql")
        // More than are marked at once.
        try server.psql("SELECT create_access_token('eve') FROM generate_series(1, 1001)", database: database)
        let late = try gate.signIn("eve")
        try server.psql("SELECT revoke_user_sessions('eve')", database: database)
        let line = try refusal(gate, [GateProcess.bearer(late)])
        #expect(
            ["revoked with all sessions of the user", "revoked", "unknown: no such session, or removed after its end"]
                .contains(line["reason"] ?? ""), "\(line)")

        // Pages of the gate itself.
        #expect(try gate.ask("GET", "/auth/me", parameters: [GateProcess.bearer(token)]).status == 401)
        try gate.waitForLog(containing: "path=/auth/me reason=revoked")
        for secret in [token, other, mangled, late] { #expect(!gate.log.contains(secret.dropFirst(4).prefix(20))) }
    }

    @Test func `a check that cannot be decided has a line too`() throws {
        let gate = try gate(["LOG_LEVEL": "debug"])
        let token = try gate.signIn("ann")
        try server.psql("ALTER TABLE session_tokens RENAME TO gone", database: database)
        #expect(try gate.check(token) == 503)
        try gate.waitForLog(containing: "DEBUG: check not decided: ")
        try server.psql("ALTER TABLE gone RENAME TO session_tokens", database: database)
    }

    @Test func `at other levels there is none`() throws {
        let gate = try gate([:])
        #expect(try gate.check(nil) == 401)
        #expect(try gate.check("afs_short") == 401)
        _ = try gate.stop()
        #expect(!gate.log.contains("check refused"))
    }
}
