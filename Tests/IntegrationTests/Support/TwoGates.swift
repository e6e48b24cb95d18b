import TestSupport
import Testing

/// Two gates with a shared database, like those of two pods.
final class TwoGates: Sendable {
    let one: GateProcess
    let two: GateProcess
    let server: PostgreSQLServer
    let database: String
    private let folder: TestFolder

    /// Starts the gates.
    ///
    /// - Parameters:
    ///   - environment: The environment of both.
    ///   - users: The users, each with the password `password`.
    init(environment: [String: String] = [:], users: [String] = []) throws {
        folder = try TestFolder()
        (server, database) = try SharedServers.newDatabase()
        one = try GateProcess(
            in: folder, name: "one", server: server, database: database, workers: 1, environment: environment)
        two = try GateProcess(
            in: folder, name: "two", server: server, database: database, workers: 1, environment: environment)
        for user in users { try one.addUser(user, password: Self.password) }
    }

    static let password = "correct horse"

    @discardableResult
    func psql(_ sql: String) throws -> String { try server.psql(sql, database: database) }

    /// Returns the number of live sessions of a user.
    func liveCount(of userID: String) throws -> String {
        try psql(
            """
            SELECT count(*) FROM session_tokens
            WHERE user_id = \(GateProcess.quoted(userID)) AND revoked_at IS NULL AND expires_at > now()
            """)
    }

    /// Logs a user in with a password and additional parameters of the request, and returns the token.
    func logIn(_ name: String, parameters: [(String, String)] = []) throws -> String {
        let answer = try one.logIn(
            #"{"username":"\#(name)","password":"\#(Self.password)"}"#, parameters: parameters)
        return try #require(answer.json?["token"], "\(answer)")
    }

    /// Checks sessions on both gates, so that both have them in memory. A later refusal is the effect of a
    /// notification.
    func warm(_ tokens: String...) throws {
        for token in tokens {
            for gate in [one, two] { for _ in 0..<3 { #expect(try gate.check(token) == 200) } }
        }
    }

    /// Expects that both gates refuse a session that has just been ended: the gate that ended it immediately, the other
    /// one within the default of REVOCATION_DELAY.
    func expectEnded(_ tokens: String..., by gate: GateProcess, _ comment: Comment? = nil) throws {
        let ended = ContinuousClock.now
        for token in tokens {
            #expect(try gate.check(token) == 401, comment)
            for other in [one, two] { try other.expectRefusal(of: token, endedAt: ended, comment) }
        }
    }
}

extension GateProcess {
    /// Expects that a session is refused soon. No check that starts a second or more after its end may be accepted.
    func expectRefusal(of token: String, endedAt end: ContinuousClock.Instant, _ comment: Comment? = nil) throws {
        try eventually("the session is refused", within: .seconds(3)) {
            let start = ContinuousClock.now
            let status = try check(token)
            if start - end > .seconds(1) { #expect(status != 200, comment) }
            return status == 401
        }
    }
}
