import Foundation
import Logging
import TestSupport
import Testing

@testable import Sessions

/// `authfcgi doctor` with databases that answer, and take no change.
@Suite struct DoctorWriteTests: RunsDoctor {
    let server: PostgreSQLServer
    let database: String
    let folder: TestFolder

    init() throws {
        (server, database) = try SharedServers.newDatabase()
        folder = try TestFolder()
    }

    private func connection() throws -> PostgreSQLConnection {
        try PostgreSQLConnection(server.url(database: database), log: Logger(label: "test"))
    }

    @Test func `what is written is taken back, and nobody is notified`() throws {
        let rows = """
            SELECT (SELECT count(*) FROM session_tokens), (SELECT count(*) FROM user_epochs),
                   (SELECT count(*) FROM authfcgi_audit), (SELECT count(*) FROM unannounced_revocations)
            """
        let before = try psql(rows)
        let worker = try connection()
        let channel = try psql("SELECT channel FROM session_channel")
        try worker.script("LISTEN \(channel)", deadline: .seconds(10))
        let output = try doctor()
        let line = try #require(output.lines("write").first)
        #expect(line.result == "ok" && line.finding == "a session was made and ended, and both were taken back")
        #expect(try psql(rows) == before)
        try worker.script("SELECT 1", deadline: .seconds(10))
        #expect(worker.nextNotification() == nil)
    }

    /// The file of large values is a device that is always full.
    @Test func `a full disk`() throws {
        let own = try PostgreSQLServer(in: folder, name: "full")
        #expect(try run(["migrate"], environment: ["DATABASE_URL": own.url()]).status.isSuccess)
        let path = try own.psql(
            """
            SELECT pg_relation_filepath(reltoastrelid) FROM pg_class WHERE oid = 'session_tokens'::regclass
            """)
        let file = "\(own.dataFolder)/\(path)"
        try FileManager.default.removeItem(atPath: file)
        try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "/dev/full")
        let output = try doctor(["DATABASE_URL": own.url()])
        expect("write", "error", "No space left on device", "make room on the disk of PostgreSQL", in: output)
        #expect(try own.psql("SELECT count(*) FROM session_tokens") == "0")
    }

    @Test func `connections that a pooler makes read-only, of which the role's settings say nothing`() throws {
        let pooler = try PgBouncer(
            in: folder, before: server, poolMode: "transaction",
            connectQuery: "SET default_transaction_read_only = on")
        let output = try doctor(["DATABASE_URL": pooler.url(database: database)])
        expect("write", "error", "in a read-only transaction", "connect_query", in: output)
        #expect(output.lines("role-settings").allSatisfy { $0.result != "error" }, "\(output)")
        withExtendedLifetime(pooler) {}
    }

    @Test func `a table that another transaction has locked against changes`() throws {
        let other = try connection()
        try other.script("BEGIN; LOCK TABLE session_tokens IN SHARE MODE", deadline: .seconds(10))
        let output = try doctor()
        expect("write", "error", "another transaction holds a lock", "end the transaction that holds it", in: output)
        try other.script("ROLLBACK", deadline: .seconds(10))
        #expect(try doctor().lines("write").first?.result == "ok")
    }

    @Test(arguments: [false, true])
    func `a table that nobody can read is named, also behind a pooler`(isPooled: Bool) throws {
        let pooler = try isPooled ? PgBouncer(in: folder, before: server, poolMode: "transaction") : nil
        let other = try connection()
        try other.script("BEGIN; LOCK TABLE session_tokens IN ACCESS EXCLUSIVE MODE", deadline: .seconds(10))
        let output = try doctor(["DATABASE_URL": pooler?.url(database: database) ?? server.url(database: database)])
        let line = try #require(output.lines("look-up").first)
        #expect(line.result == "error" && line.finding.contains("SQLSTATE 55P03"), "\(line)")
        #expect(line.finding.contains("session_tokens"), "\(line)")
        #expect(line.remedy?.hasPrefix("end the transaction that holds it") == true, "\(line)")
        // The other checks still get connections behind the pooler.
        let write = try #require(output.lines("write").first)
        #expect(write.result == "error" && write.finding.contains("SQLSTATE 55P03"), "\(write)")
        for name in ["users", "default-rights"] {
            #expect(try #require(output.lines(name).first).result != "error", "\(output)")
        }
        try other.script("ROLLBACK", deadline: .seconds(10))
        withExtendedLifetime(pooler) {}
    }

    @Test func `a trigger of others that keeps sessions from ending`() throws {
        try psql(
            """
            CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
            CREATE TRIGGER keep BEFORE UPDATE ON session_tokens FOR EACH ROW EXECUTE FUNCTION keep()
            """)
        expect("write", "error", "a session that was just made cannot be ended", "triggers and rules", in: try doctor())
    }
}
