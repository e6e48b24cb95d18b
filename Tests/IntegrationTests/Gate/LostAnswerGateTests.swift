import Synchronization
import TestSupport
import Testing

/// The connection is lost after PostgreSQL has committed the end of a session, before its answer arrives.
@Suite(.leavesCleanLogs) struct LostAnswerGateTests {
    private let server: PostgreSQLServer
    private let proxy: SocketProxy
    private let gate: GateProcess

    init() throws {
        let folder = try TestFolder()
        server = try PostgreSQLServer(in: folder)
        let proxyFolder = try folder.makeFolder("proxy")
        proxy = try SocketProxy(before: server, socketFolder: proxyFolder)
        gate = try GateProcess(
            in: folder, server: server, workers: 1, environment: ["DATABASE_URL": server.url(through: proxyFolder)])
        // The write lane's connection is open from now on.
        #expect(try gate.logOut(signIn("somebody")).status == 204)
    }

    private func signIn(_ user: String) throws -> String {
        let token = try gate.signIn(user)
        RunRecord.note(secret: token)
        return token
    }

    private func id(of token: String) throws -> String {
        try server.psql("SELECT session_id FROM session_tokens WHERE token_hash = session_token_hash('\(token)')")
    }

    /// Waits until the worker accepts the session without PostgreSQL.
    private func waitUntilKept(_ token: String) throws {
        // A try may cost the connection, and what is looked up before the second heartbeat of the next one is not kept.
        try eventually("the session is kept", within: .seconds(10), every: .milliseconds(600)) {
            guard try gate.check(token) == 200 else { return false }
            proxy.pause(.toClient)
            defer { proxy.resume() }
            return try gate.check(token) == 200
        }
    }

    /// Makes a request that ends a session, and loses PostgreSQL's answer.
    private func losingAnswer(
        ending token: String, _ ask: @escaping @Sendable (GateProcess) throws -> FastCGIAnswer
    ) throws -> FastCGIAnswer {
        proxy.pause(.toClient)
        let (gate, outcome) = (gate, Outcome())
        let thread = JoinableThread {
            let result = Result { try ask(gate) }
            outcome.result.withLock { $0 = result }
        }
        try eventually("the session has ended", every: .milliseconds(5)) {
            try server.psql("SELECT get_user_from_token('\(token)') IS NULL") == "t"
        }
        proxy.cut()
        proxy.resume()
        thread.join()
        let result = try #require(outcome.result.withLock { $0 })
        return try result.get()
    }

    private final class Outcome: Sendable {
        let result = Mutex<Result<FastCGIAnswer, any Error>?>(nil)
    }

    @Test func `the end of a session by its id is acknowledged and logged`() throws {
        let (mine, other) = try (signIn("ann"), signIn("ann"))
        let (mineID, otherID) = try (id(of: mine), id(of: other))
        // The statement is prepared at its first use.
        let first = try id(of: signIn("ann"))
        let parameters = [GateProcess.bearer(mine)]
        #expect(try gate.ask("DELETE", "/auth/sessions/\(first)", parameters: parameters).status == 204)
        try waitUntilKept(mine)
        let answer = try losingAnswer(ending: other) {
            try $0.ask("DELETE", "/auth/sessions/\(otherID)", parameters: [GateProcess.bearer(mine)])
        }
        #expect(answer.status == 204, "\(answer)")
        #expect(gate.log.contains("connection for changes: PostgreSQL connection lost"))
        // The log is written by a thread of its own.
        try eventually("both ends are logged") { try gate.log.auditLines("session_end").count == 2 }
        let line = try #require(try gate.log.auditLines("session_end").last)
        #expect(line["outcome"] == "success" && line["session"] == otherID && line["by_session"] == mineID)
    }

    @Test func `the line of a logout says that a session ended`() throws {
        let token = try signIn("ann")
        let session = try id(of: token)
        let answer = try losingAnswer(ending: token) { try $0.logOut(token) }
        #expect(answer.status == 204, "\(answer)")
        let line = try #require(try gate.log.auditLines("logout").last)
        #expect(line["outcome"] == "success" && line["session"] == session && line["ended"] == "1")
    }
}
