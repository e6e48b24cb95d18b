import Logging
import TestSupport

@testable import Sessions

/// A new database with the program's tables, for tests of its SQL functions. Sessions have names, which are stored as
/// their user agent. The token hash of a session is the SHA-256 of its name.
struct FunctionDatabase {
    let server: PostgreSQLServer
    let name: String

    init() throws {
        (server, name) = try SharedServers.newDatabase()
    }

    /// Runs SQL in a new database session and returns the rows in the format of psql.
    @discardableResult
    func sql(_ text: String) throws -> String { try server.psql(text, database: name) }

    /// Returns the call that creates a session with a lifetime of a day.
    ///
    /// - Parameter more: Named parameters after the eleven of the first release.
    static func create(
        _ session: String, of user: String = "ann", label: String? = nil, epoch: Int? = nil, _ more: String = ""
    ) -> String {
        let label = label.map { "'\($0)'" } ?? "NULL"
        let epoch = epoch.map { "\($0)" } ?? "NULL"
        return """
            SELECT count(*) FROM create_session(\(hash(session)), '\(user)', '\(user)', '{}', '', '', '1 day', NULL, \
            '\(session)', \(label), \(epoch)\(more.isEmpty ? "" : ", \(more)"))
            """
    }

    /// Creates a session. Returns false if the epoch prevented it.
    @discardableResult
    func create(
        _ session: String, of user: String = "ann", label: String? = nil, epoch: Int? = nil, _ more: String = ""
    ) throws -> Bool {
        try sql(Self.create(session, of: user, label: label, epoch: epoch, more)) == "1"
    }

    /// Adds the row of a user who has logged in before. Otherwise two first logins wait for each other's new row,
    /// regardless of other locks.
    func knowUser(_ user: String) throws {
        try sql("INSERT INTO user_epochs (user_id) VALUES ('\(user)')")
    }

    static func hash(_ session: String) -> String { "sha256('\(session)')" }

    /// Returns the names of the live sessions in alphabetical order.
    func live() throws -> [String] {
        let names = try sql(
            """
            SELECT user_agent FROM live_sessions ORDER BY user_agent COLLATE "C"
            """)
        return names.split(separator: "\n").map(String.init)
    }

    /// Returns the notifications that a worker receives from a statement. Hashes are replaced by the names of their
    /// sessions, in alphabetical order.
    func notifications(of statement: String) throws -> [String] {
        let names = Dictionary(
            uniqueKeysWithValues: try sql("SELECT encode(token_hash, 'hex'), user_agent FROM session_tokens")
                .split(separator: "\n").map { row in
                    let columns = row.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
                    return (columns[0], columns[1])
                })
        // psql prints the notifications to its own session. The last one proves that it listened.
        let channel = try sql("SELECT channel FROM session_channel")
        let output = try sql("LISTEN \(channel); \(statement); NOTIFY \(channel), 'end'")
        let payloads = output.split(separator: "\n").compactMap { line -> String? in
            guard line.hasPrefix("Asynchronous notification \"\(channel)\"") else { return nil }
            return line.split(separator: "\"").dropFirst(3).first.map(String.init)
        }
        guard payloads.last == "end" else { throw SupportError.unexpected("psql did not listen", log: output) }
        return payloads.dropLast().map { payload in
            guard payload.hasPrefix("h:") || payload.hasPrefix("c:") else { return payload }
            let hashes = payload.dropFirst(2).split(separator: ",").map(String.init)
            return payload.prefix(2) + hashes.map { names[$0] ?? "?" }.sorted().joined(separator: ",")
        }
    }

    /// Returns a database session that stays open.
    func session() throws -> DatabaseSession {
        DatabaseSession(
            connection: try PostgreSQLConnection(server.url(database: name), log: RecordedLog().logger), database: self)
    }
}

/// A database session for tests that keep a transaction open, or that wait for a lock.
struct DatabaseSession {
    let connection: PostgreSQLConnection
    let database: FunctionDatabase

    /// Runs one statement and returns the first column, one line for each row.
    @discardableResult
    func sql(_ text: String) throws -> String {
        let result = try connection.query(text, deadline: .seconds(10))
        return (0..<result.rowCount).map { result.text($0, 0) }.joined(separator: "\n")
    }

    /// Sends a statement, and waits until it is blocked by a lock of another transaction.
    func startAndBlock(_ text: String) throws {
        let backend = try sql("SELECT pg_backend_pid()")
        try connection.send(text, [], binaryResult: false)
        try eventually("\"\(text)\" waits for a lock") {
            _ = try connection.flush()
            return try database.sql("SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = \(backend)")
                == "t"
        }
    }

    /// Returns the result of the statement that was started.
    func finish() throws -> String {
        var answer: String?
        try eventually("an answer") {
            try connection.consumeInput()
            guard let result = connection.nextReadyResult() else { return false }
            if case .failed(let error) = result.status { throw error }
            answer = result.rowCount == 0 ? "" : result.text(0, 0)
            return true
        }
        // Reads to the end of this statement, so that another one can be sent.
        try eventually("the end of the answer") {
            try connection.consumeInput()
            return connection.nextReadyResult() == nil && !connection.isActive
        }
        return answer ?? ""
    }
}
