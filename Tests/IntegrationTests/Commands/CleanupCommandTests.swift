import Logging
import TestSupport
import Testing

@testable import Sessions

/// `authfcgi cleanup`.
@Suite struct CleanupCommandTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String

    init() throws {
        (server, database) = try SharedServers.newDatabase()
    }

    private func addSessions(_ count: Int, expiresAt: String) throws {
        try psql(
            """
            INSERT INTO session_tokens (token_hash, user_id, expires_at, absolute_expires_at)
            SELECT sha256(gen_random_uuid()::text::bytea), '42', \(expiresAt), 'infinity'
            FROM generate_series(1, \(count)) AS number
            """)
    }

    @Test func `cleanup removes only what has expired`() throws {
        #expect(try run(["cleanup"]).output == "Removed 0 expired sessions; 0 live sessions remain.\n")
        try addSessions(1, expiresAt: "now() + interval '1 hour'")
        // Distinct times, and more than one batch with the same time.
        try addSessions(1500, expiresAt: "now() - number * interval '1 second'")
        try addSessions(1200, expiresAt: "now() - interval '1 day'")
        try addSessions(1, expiresAt: "'-infinity'")
        let result = try run(["cleanup"], environment: ["PGTZ": "Europe/Berlin", "PGDATESTYLE": "German"])
        #expect(result.output == "Removed 2701 expired sessions; 1 live session remains.\n", "\(result)")
        #expect(result.errors.isEmpty, "\(result.errors)")
        #expect(try psql("SELECT count(*) FROM session_tokens") == "1")
    }

    @Test func `cleanup removes expired failed logins`() throws {
        try psql(
            """
            INSERT INTO login_throttle (key, expires_at)
            SELECT sha256(number::text::bytea), now() + (number - 2200) * interval '1 minute'
            FROM generate_series(1, 2203) AS number
            """)
        #expect(try run(["cleanup"]).status.isSuccess)
        #expect(try psql("SELECT count(*) FROM login_throttle") == "3")
    }

    @Test func `a long cleanup reports its progress`() throws {
        try addSessions(2500, expiresAt: "now() - number * interval '1 second'")
        try psql(
            """
            CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.6); RETURN NULL; END';
            CREATE TRIGGER slow AFTER DELETE ON session_tokens FOR EACH STATEMENT EXECUTE FUNCTION slow();
            """)
        let result = try run(["cleanup"])
        #expect(result.errors.hasPrefix("removed 2000 expired sessions, "), "\(result.errors)")
        #expect(result.errors.hasSuffix(" a second …\n"), "\(result.errors)")
        #expect(result.errors.count { $0 == "\n" } == 1)
        #expect(result.output == "Removed 2500 expired sessions; 0 live sessions remain.\n")
    }

    @Test func `on a terminal the progress is one line, which is gone in the end`() throws {
        try addSessions(2500, expiresAt: "now() - number * interval '1 second'")
        try psql(
            """
            CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END';
            CREATE TRIGGER slow AFTER DELETE ON session_tokens FOR EACH STATEMENT EXECUTE FUNCTION slow();
            """)
        let folder = try TestFolder()
        let terminal = try PseudoTerminal()
        let process = try ServerProcess(
            GateProcess.executable, ["cleanup"], environment: commandEnvironment, logFile: folder.path("log"),
            descriptors: [2: terminal.screen.number])
        #expect(try process.waitForExit().isSuccess)
        let shown = try terminal.shown()
        #expect(shown.hasPrefix("removed 1000 expired sessions, ") && shown.contains("\u{1b}[K"), "\(shown)")
        #expect(shown.contains("removed 2000 expired sessions, ") && shown.hasSuffix("\u{1b}[K"), "\(shown)")
        #expect(!shown.contains("\n"))
        #expect(process.log == "Removed 2500 expired sessions; 0 live sessions remain.\n")
    }

    @Test func `a step that takes long says for how long, on a terminal alone`() throws {
        let other = try PostgreSQLConnection(server.url(database: database), log: Logger(label: "test"))
        try other.script("BEGIN; SELECT 1 FROM authfcgi_state FOR UPDATE", deadline: .seconds(10))
        let folder = try TestFolder()
        let terminal = try PseudoTerminal()
        let process = try ServerProcess(
            GateProcess.executable, ["session", "revoke", "--all", "--yes"], environment: commandEnvironment,
            logFile: folder.path("log"), descriptors: [2: terminal.screen.number])
        var shown = ""
        try eventually("the time is shown") {
            shown += try terminal.shown()
            return shown.contains("ending all sessions: 2 s …")
        }
        try other.script("COMMIT", deadline: .seconds(10))
        #expect(try process.waitForExit().isSuccess, "\(process.log)")
        #expect(shown.contains("ending all sessions: 1 s …\u{1b}[K"), "\(shown)")
        #expect(process.log == "Ended 0 sessions of all users.\n")
    }

    @Test func `the end of all sessions, which has no parts, says how many it was asked to end`() throws {
        try addSessions(3, expiresAt: "now() + interval '1 hour'")
        let other = try PostgreSQLConnection(server.url(database: database), log: Logger(label: "test"))
        try other.script("BEGIN; SELECT 1 FROM authfcgi_state FOR UPDATE", deadline: .seconds(10))
        let folder = try TestFolder()
        let terminal = try PseudoTerminal()
        try terminal.type("y")
        let process = try ServerProcess(
            GateProcess.executable, ["session", "revoke", "--all"], environment: commandEnvironment,
            logFile: folder.path("log"), descriptors: [0: terminal.screen.number, 2: terminal.screen.number])
        var shown = ""
        try eventually("the number and the time are shown") {
            shown += try terminal.shown()
            return shown.contains("ending all 3 live sessions: 1 s …")
        }
        #expect(shown.contains("End all 3 live sessions of 1 user? [y/N] "), "\(shown)")
        try other.script("COMMIT", deadline: .seconds(10))
        #expect(try process.waitForExit().isSuccess, "\(process.log)")
        #expect(process.log == "Ended 3 sessions of all users.\n")
    }

    @Test func `a cleanup waits for another one`() throws {
        try addSessions(2, expiresAt: "now()")
        let other = try PostgreSQLConnection(server.url(database: database), log: Logger(label: "test"))
        try other.script("BEGIN; SELECT remove_expired_sessions(1)", deadline: .seconds(10))
        let folder = try TestFolder()
        let process = try ServerProcess(
            GateProcess.executable, ["cleanup"], environment: commandEnvironment, logFile: folder.path("log"))
        let waiting = "authfcgi: waiting for another cleanup to finish\n"
        try process.waitForLog(containing: waiting)
        try other.script("COMMIT", deadline: .seconds(10))
        #expect(try process.waitForExit().isSuccess)
        #expect(process.log == waiting + "Removed 1 expired session; 0 live sessions remain.\n")
    }
}
