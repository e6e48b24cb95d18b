import CPostgreSQL
import Glibc

/// A session of a PostgreSQL server over libpq: a replacement of psql without the process. See ``SQLSessions``.
///
/// Unchecked because one thread at a time uses it: the one whose call has opened it, or has taken it from ``SQLSessions``.
@safe final class SQLSession: @unchecked Sendable {
    private let connection: OpaquePointer
    /// The deadline of all operations.
    var deadline: Deadline

    /// Connects to a server.
    ///
    /// - Parameters:
    ///   - url: A URL that contains a `?`.
    ///   - deadline: The deadline of all operations in this session.
    init(_ url: String, until deadline: Deadline) throws {
        // For a server that accepts the connection and sends nothing. Ten seconds at most; libpq's minimum is two.
        let seconds = min(10, deadline.remaining.components.seconds + 1)
        let url = "\(url)&connect_timeout=\(seconds)&fallback_application_name=psql"
        // NULL only if memory cannot be allocated.
        guard let connection = unsafe PQconnectdb(url) else {
            throw SupportError.unexpected("libpq has no memory")
        }
        guard unsafe PQstatus(connection) == CONNECTION_OK, unsafe PQsetnonblocking(connection, 1) == 0 else {
            let reason = unsafe String(cString: PQerrorMessage(connection))
            // A failed connection has to be finished too.
            unsafe PQfinish(connection)
            throw SupportError.unexpected("no session at \(url)", log: reason)
        }
        // By default notices are written to standard error.
        unsafe PQsetNoticeProcessor(connection, { _, _ in }, nil)
        unsafe self.connection = connection
        self.deadline = deadline
    }

    deinit { unsafe PQfinish(connection) }

    /// A Boolean value that indicates whether the session is idle and the server has not ended it. What the server sends
    /// without being asked is an end, or a change that a new session would have.
    var isUsable: Bool {
        var entry = pollfd(fd: unsafe PQsocket(connection), events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) == 0 && PQstatus(connection) == CONNECTION_OK
    }

    /// Runs one statement and returns the lines of psql's output: rows with columns separated by `|` and an empty text
    /// for NULL, then the notifications to the session.
    ///
    /// - Throws: The server's message.
    func run(_ statement: String) throws -> [String] {
        guard unsafe PQsendQuery(connection, statement) == 1 else { throw failure(statement, errorText) }
        try sendAll(statement)
        var lines: [String] = []
        while true {
            try waitForResult(of: statement)
            // Each result must be cleared by the caller. NULL means that there are no more.
            guard let result = unsafe PQgetResult(connection) else { return lines + notifications() }
            defer { unsafe PQclear(result) }
            switch unsafe PQresultStatus(result) {
            case PGRES_TUPLES_OK: lines += unsafe Self.rows(in: result)
            case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: break
            default: throw failure(statement, unsafe String(cString: PQresultErrorMessage(result)))
            }
        }
    }

    private static func rows(in result: OpaquePointer) -> [String] {
        unsafe (0..<PQntuples(result)).map { row in
            let columns = unsafe (0..<PQnfields(result)).map { unsafe String(cString: PQgetvalue(result, row, $0)) }
            return columns.joined(separator: "|")
        }
    }

    private func notifications() -> [String] {
        var lines: [String] = []
        while let notification = unsafe PQnotifies(connection) {
            defer { unsafe PQfreemem(notification) }
            let (channel, payload) = unsafe (
                String(cString: notification.pointee.relname), String(cString: notification.pointee.extra)
            )
            let with = payload.isEmpty ? "" : " with payload \"\(payload)\""
            lines.append("Asynchronous notification \"\(channel)\"\(with) received")
        }
        return lines
    }

    private func sendAll(_ statement: String) throws {
        while true {
            let left = unsafe PQflush(connection)
            if left == 0 { return }
            guard left == 1 else { throw failure(statement, errorText) }
            // The server may need its output to be read before it reads more.
            try wait(for: POLLIN | POLLOUT, statement)
        }
    }

    private func waitForResult(of statement: String) throws {
        while unsafe PQisBusy(connection) == 1 { try wait(for: POLLIN, statement) }
    }

    private func wait(for events: Int32, _ statement: String) throws {
        var entry = pollfd(fd: unsafe PQsocket(connection), events: Int16(events), revents: 0)
        guard unsafe poll(&entry, 1, deadline.pollTimeout) > 0 else {
            guard !deadline.hasPassed else { throw SupportError.timedOut("an answer to \(statement)") }
            return
        }
        guard unsafe PQconsumeInput(connection) == 1 else { throw failure(statement, errorText) }
    }

    private var errorText: String { unsafe String(cString: PQerrorMessage(connection)) }

    private func failure(_ statement: String, _ message: String) -> SupportError {
        .unexpected("SQL failed: \(statement)", log: message)
    }
}
