import Glibc
import TestSupport
import Testing

/// Passwords that are changed while the gate runs, without a signal to it.
@Suite(.leavesCleanLogs) struct SecretRotationTests {
    private static let complete = "reload complete: all workers use the new settings"

    private let folder: TestFolder
    private let server: PostgreSQLServer

    init() throws {
        folder = try TestFolder()
        server = try PostgreSQLServer(in: folder, accessRules: "local all gate scram-sha-256\nlocal all all trust\n")
        try server.psql("CREATE ROLE gate LOGIN SUPERUSER")
        try setPassword("first-password")
    }

    private func setPassword(_ password: String) throws {
        RunRecord.note(secret: password)
        try server.psql("SET password_encryption = 'scram-sha-256'; ALTER ROLE gate PASSWORD '\(password)'")
    }

    private func write(_ password: String) throws -> String {
        try folder.write("database-url", server.url(user: "gate") + "&password=\(password)\n")
    }

    private func gate() throws -> GateProcess {
        try GateProcess(
            in: folder, server: server, workers: 1,
            environment: ["DATABASE_URL": "", "DATABASE_URL_FILE": try write("first-password")])
    }

    @Test func `a new password in DATABASE_URL_FILE is used without a signal, and no check is lost`() throws {
        let gate = try gate()
        let token = try gate.signIn("ann")
        RunRecord.note(secret: token)
        let old = try gate.workers
        let load = CheckLoad(threads: 1, pause: .milliseconds(5)) { _ in try gate.check(token) }
        // The role has it first: existing connections go on until the file has it too.
        try setPassword("second-password")
        _ = try write("second-password")
        try gate.waitForLog(containing: "the file of DATABASE_URL_FILE has changed", within: .seconds(20))
        try gate.waitForLog(containing: Self.complete, within: .seconds(20))
        try eventually("the old worker has ended", log: gate.log) { try Set(gate.workers).isDisjoint(with: old) }
        let report = load.stop()
        #expect(report.failures == [:] && Set(report.statuses.keys) == [200], "\(report)")
        try server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'gate'")
        try eventually("it connects again with the new password", log: gate.log) { try gate.check(token) == 200 }
    }

    @Test func `a file that cannot be used is told once, and so is its end`() throws {
        let gate = try gate()
        let token = try gate.signIn("ann")
        RunRecord.note(secret: token)
        _ = try folder.write("database-url", "mysql://gate@host/sessions\n")
        try gate.waitForLog(containing: "and cannot be used; the old one stays: ", within: .seconds(20))
        #expect(gate.log.contains(" condition=secret_unusable state=begins"), "\(gate.log)")
        #expect(try gate.check(token) == 200)
        _ = try write("first-password")
        try gate.waitForLog(containing: "the secrets can be used again condition=secret_unusable", within: .seconds(20))
        #expect(!gate.log.contains("replacing workers"), "\(gate.log)")
        #expect(try gate.check(token) == 200)
    }

    @Test func `a refused password has the file read again`() throws {
        let gate = try gate()
        let token = try gate.signIn("ann")
        RunRecord.note(secret: token)
        // The file has the password before the role has: the reload is refused, and the old worker stays.
        _ = try write("third-password")
        RunRecord.note(secret: "third-password")
        try gate.waitForLog(containing: "reload refused", within: .seconds(40))
        #expect(try gate.check(token) == 200)
        try setPassword("third-password")
        try server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'gate'")
        try gate.waitForLog(containing: "a store refuses the user or the password: replacing", within: .seconds(20))
        try gate.waitForLog(containing: Self.complete, within: .seconds(20))
        #expect(try gate.check(token) == 200)
    }

    @Test func `a new password in REDIS_URL_FILE is used without a signal`() throws {
        let redis = try RedisServer(in: folder)
        _ = try redis.command("CONFIG", "SET", "requirepass", "first-password")
        let url = { (password: String) in "unix://\(password)@\(redis.socket)\n" }
        let file = try folder.write("redis-url", url("first-password"))
        let gate = try GateProcess(
            in: folder, server: server, workers: 1,
            environment: ["DATABASE_URL": server.url(), "AUTHFCGI_REDIS_URL_FILE": file])
        try gate.waitForLog(containing: "Connected to Redis")
        RunRecord.note(secret: "second-password")
        _ = try redis.command("CONFIG", "SET", "requirepass", "second-password", password: "first-password")
        _ = try folder.write("redis-url", url("second-password"))
        try gate.waitForLog(containing: "the file of AUTHFCGI_REDIS_URL_FILE has changed", within: .seconds(20))
        try gate.waitForLog(containing: Self.complete, within: .seconds(20))
        try eventually("the new worker uses Redis", log: gate.log) { try gate.stores?.contains("redis") == true }
    }
}
