import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import Sessions

/// Touches of sessions and the clean-up by workers that are stopped, frozen or killed.
@Suite struct UpkeepTests {
    private let folder: TestFolder
    /// The server logs every statement, so that the writes of workers are in its log.
    private let server: PostgreSQLServer

    init() throws {
        folder = try TestFolder()
        server = try PostgreSQLServer(in: folder, settings: ["log_statement": "all"])
    }

    private func gate(_ name: String = "gate", _ environment: [String: String]) throws -> GateProcess {
        try GateProcess(in: folder, name: name, server: server, workers: 1, environment: environment)
    }

    private func row(_ token: String) throws -> StoredSession {
        try StoredSession(try #require(SessionToken(token)), in: "postgres", of: server)
    }

    /// The number of statements that wrote touches.
    private var touches: Int {
        server.log.split(separator: "\n").count { $0.contains("LOG:  execute") && $0.contains("touch_sessions") }
    }

    @Test(arguments: [true, false])
    func `pending uses are written at shutdown, unless last-seen times are off`(isOn: Bool) throws {
        let gate = try gate("gate", isOn ? [:] : ["SESSION_LAST_SEEN": "off"])
        let token = try gate.signIn("ann")
        #expect(try gate.check(token) == 200)
        try server.psql("UPDATE session_tokens SET last_seen_at = last_seen_at - interval '1 hour'")
        let before = try row(token)
        let used = Date.now
        for _ in 0..<20 { #expect(try gate.check(token) == 200) }
        sleepThread(for: .milliseconds(100))
        #expect(try gate.stop() == .code(0))
        let after = try row(token)
        if isOn {
            #expect(touches == 1)
            #expect(abs(after.lastSeenAt.timeIntervalSince(used)) < 1)
        } else {
            #expect(touches == 0)
            #expect(after == before)
        }
    }

    @Test func `a killed program loses the uses of one interval at most`() throws {
        let gate = try gate("gate", ["SESSION_IDLE_TIMEOUT": "10s"])
        let token = try gate.signIn("ann", idleTimeout: 10, on: server)
        let load = CheckLoad(threads: 1, pause: .milliseconds(5)) { _ in try gate.check(token) }
        try load.waitForAnswers(300)
        gate.kill()
        let killed = Date.now
        _ = load.stop()
        // Three quarters of a tenth of ten seconds.
        let lost = try killed.timeIntervalSince(row(token).lastSeenAt)
        #expect(lost < 0.75 + 0.25, "\(lost)")
        #expect(touches >= 1)
    }

    @Test(arguments: [true, false])
    func `a worker that was frozen with a pending use does not revive the session`(isRevoked: Bool) throws {
        let gate = try gate("gate", ["SESSION_IDLE_TIMEOUT": "10s"])
        let (token, other) = try (
            gate.signIn("ann", idleTimeout: 10, on: server), gate.signIn("ann", idleTimeout: 10, on: server)
        )
        for _ in 0..<3 { for token in [token, other] { #expect(try gate.check(token) == 200) } }
        let worker = try #require(try gate.workers.first)
        var (used, frozen) = (Date.now, ContinuousClock.now)
        var isWritten = true
        // Touches are written every 750 ms, and occasionally between the use and the freezing.
        for _ in 0..<10 where isWritten {
            let count = touches
            try eventually("uses are written", within: .seconds(2), every: .milliseconds(1)) {
                let status = try gate.check(token)
                #expect(status == 200)
                return touches > count
            }
            // A touch that is newer by less than an eighth of a tenth of the idle timeout is not written.
            sleepThread(for: .milliseconds(150))
            used = .now
            for token in [token, other] { #expect(try gate.check(token) == 200) }
            kill(worker, SIGSTOP)
            frozen = .now
            isWritten = try row(other).lastSeenAt > used - 0.01
            if isWritten { kill(worker, SIGCONT) }
        }
        try #require(!isWritten)
        if isRevoked {
            try server.psql("SELECT revoke_access_token('\(token)')")
        } else {
            try server.psql(
                "UPDATE session_tokens SET expires_at = now() WHERE token_hash = session_token_hash('\(token)')")
        }
        let ended = try row(token)
        // Sent while the worker is frozen, more than REVOCATION_DELAY after the end, and processed when it continues.
        sleepThread(for: .milliseconds(1100))
        let waiting = try FastCGIClient(gate.endpoint)
        try waiting.send(
            [.begin()]
                + FastCGIRecord.params(FastCGIClient.checkParameters + [GateProcess.bearer(token)])
                + FastCGIRecord.stdin([]))
        kill(worker, SIGCONT)
        try #require(ContinuousClock.now - frozen < .milliseconds(2900), "the supervisor has killed the worker")
        #expect(try waiting.receive().status == 401)
        try eventually("the uses are written", within: .seconds(3), log: gate.log) {
            try row(other).lastSeenAt > used - 0.01
        }
        #expect(try gate.workers == [worker])
        #expect(try row(token) == ended)
        #expect(try gate.check(token) == 401)
        #expect(try gate.check(other) == 200)
    }

    @Test func `if the process that cleans up is killed, another one continues`() throws {
        let environment = ["SESSION_CLEANUP_INTERVAL": "1s"]
        var gates: [String: GateProcess] = [:]
        for name in ["one", "two"] {
            let url = server.url() + "&application_name=\(name)"
            gates[name] = try gate(name, environment.merging(["DATABASE_URL": url]) { $1 })
        }
        let tokens = try gates.values.map { try $0.signIn("ann") }
        // A slow deletion in batches of 500.
        try server.psql(
            """
            CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.2); RETURN NULL; END';
            CREATE TRIGGER slow AFTER DELETE ON session_tokens FOR EACH STATEMENT EXECUTE FUNCTION slow();
            INSERT INTO session_tokens (token_hash, user_id, expires_at, absolute_expires_at)
            SELECT sha256(gen_random_uuid()::text::bytea), 'bob', now() - n * interval '1 second', now()
            FROM generate_series(1, 3000) AS n
            """)
        var cleaner = ""
        try eventually("somebody cleans up", within: .seconds(4)) {
            cleaner = try server.psql(
                """
                SELECT application_name FROM pg_stat_activity
                WHERE state = 'active' AND query LIKE '%remove_expired_sessions%' AND pid <> pg_backend_pid() LIMIT 1
                """)
            return !cleaner.isEmpty
        }
        let killed = try #require(gates[cleaner])
        killed.kill()
        let left = try #require(Int(try server.psql("SELECT count(*) FROM session_tokens WHERE user_id = 'bob'")))
        #expect(left > 0)
        let survivor = try #require(gates[cleaner == "one" ? "two" : "one"])
        try eventually("the other one cleans up", within: .seconds(15), every: .milliseconds(20)) {
            for token in tokens { #expect(try survivor.check(token) == 200) }
            return try server.psql("SELECT count(*) FROM session_tokens WHERE user_id = 'bob'") == "0"
        }
        try survivor.waitForLog(containing: "expired sessions in", within: .seconds(3))
        #expect(!killed.log.contains("expired sessions in"))
    }
}
