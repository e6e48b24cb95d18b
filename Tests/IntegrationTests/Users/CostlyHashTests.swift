import TestSupport
import Testing

/// Stored hashes that take long.
@Suite(.serialized) struct CostlyHashTests {
    /// The highest cost that argon2id may have at all: some four seconds of a core.
    private static let argon2id =
        "$argon2id$v=19$m=262144,t=16,p=16$c29tZXNhbHRzb21lc2FsdA$" + String(repeating: "A", count: 43)
    /// Some ten times the time of our own hash.
    private static let bcrypt = "$2b$12$" + String(repeating: ".", count: 22) + String(repeating: "a", count: 31)

    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let database: String

    init() throws {
        folder = try TestFolder()
        (server, database) = try SharedServers.newDatabase()
    }

    private func psql(_ sql: String) throws -> String { try server.psql(sql, database: database) }

    /// A gate with user ann, and so many users with that hash: slow-1 and so on.
    private func gate(_ hash: String, _ count: Int, _ settings: [String: String] = [:]) throws -> GateProcess {
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1, environment: settings)
        try gate.addUser("ann", password: "correct horse")
        _ = try psql(
            """
            INSERT INTO authfcgi_users (username, password_hash)
            SELECT 'slow-' || n, '\(hash)' FROM generate_series(1, \(count)) n
            """)
        return gate
    }

    /// The time of a failed login.
    private func failureTime(_ name: String, at gate: GateProcess) throws -> Duration {
        let start = ContinuousClock.now
        #expect(try gate.logIn(name, "anything").status == 401)
        return ContinuousClock.now - start
    }

    @Test func `a hash above the limit is refused like one that is unusable, and delays nobody`() throws {
        let gate = try gate(Self.argon2id, 1)
        #expect(try failureTime("slow-1", at: gate) < .seconds(3))
        try gate.waitForLog(
            containing:
                "WARNING: unusable password hash: the stored hash (argon2id) takes longer than the time limit (HASHING_TIME_LIMIT)"
        )
        for name in ["nobody", "ann", "nobody else"] { #expect(try failureTime(name, at: gate) < .seconds(3)) }
        #expect(try psql("SELECT count(*) FROM hashing_costs") == "0")
        #expect(try gate.logIn("ann", "correct horse").status == 200)
        #expect(gate.lines(with: "unusable password hash") == 1)
    }

    @Test func `the limit can be raised`() throws {
        let gate = try gate(Self.argon2id, 1, ["HASHING_TIME_LIMIT": "5s"])
        #expect(try failureTime("slow-1", at: gate) > .seconds(1))
        #expect(gate.lines(with: "unusable password hash") == 0)
        try eventually("the cost is shared") { try psql("SELECT count(*) FROM hashing_costs") == "1" }
    }

    @Test func `when no such hash was met for a day, failed logins take their usual time again`() throws {
        let gate = try gate(Self.bcrypt, 8)
        let usual = try (1...3).map { try failureTime("nobody \($0)", at: gate) }.min() ?? .zero
        _ = try failureTime("slow-1", at: gate)
        try eventually("the cost is shared") { try psql("SELECT count(*) FROM hashing_costs") == "1" }
        let slow = try (4...6).map { try failureTime("nobody \($0)", at: gate) }.min() ?? .zero
        #expect(slow > usual * 3, "\(slow), usually \(usual)")
        _ = try psql("UPDATE hashing_costs SET met_in = met_in - interval '27 hours'")
        let again = try (7...11).map { try failureTime("nobody \($0)", at: gate) }.min() ?? .zero
        #expect(again < slow / 2, "\(again), after \(slow), usually \(usual)")
        // The next one counts again, though it is the same hour for this worker.
        _ = try failureTime("slow-2", at: gate)
        try eventually("the cost is shared again") {
            try psql("SELECT count(*) FROM recent_hashing_costs") == "1"
        }
    }
}
