internal import CPostgreSQL
internal import Glibc
internal import Logging

/// The owner of a connection that is being opened (libpq's `PGconn`). Waits only for name resolution.
@safe final class ConnectionOpening {
    /// The connection, or nil once it has another owner.
    private var connection: OpaquePointer?
    private let notices: ServerNoticeLog
    private var failures = ConnectionFailures()
    /// A Boolean value that indicates whether the server that libpq is at has sent something.
    private var hasHeard = false

    /// The events of a descriptor to wait for, as for poll(2).
    struct Wait {
        let descriptor: Int32
        let events: Int32
    }

    /// The wait before the next ``advance()``, or nil if the connection is open.
    private(set) var wait: Wait?

    /// Resolves the names of the servers, and begins to connect.
    /// - Parameters:
    ///   - parameters: The parameters of the connection.
    ///   - log: The logger of the server's notices, also of those that it sends before it accepts statements.
    /// - Throws: ``PostgreSQLError``
    init(_ parameters: ConnectionParameters, log: Logger) throws(PostgreSQLError) {
        notices = ServerNoticeLog(log, isConnecting: true)
        let connection = unsafe parameters.withPointers { unsafe PQconnectStartParams($0, $1, 1) }
        // NULL only if memory is exhausted.
        guard let connection = unsafe connection else { throw .unsent("out of memory") }
        unsafe self.connection = connection
        // Before any answer of a server: libpq writes notices that nobody receives to standard error.
        unsafe PQsetNoticeReceiver(connection, ServerNoticeLog.receive, Unmanaged.passUnretained(notices).toOpaque())
        // With the SQLSTATE, which tells a server that refuses from one that does not answer.
        unsafe PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
        noteFailures()
        guard unsafe PQstatus(connection) != CONNECTION_BAD else { throw failure }
        // As PQconnectPoll's documentation has it: as if it had asked for this.
        wait = Wait(descriptor: unsafe PQsocket(connection), events: POLLOUT)
    }

    // PQfinish does nothing with NULL.
    deinit { unsafe PQfinish(connection) }

    /// A Boolean value that indicates whether a server has answered, or has sent something and has not failed. Not if it
    /// starts, stops or is a standby.
    var hasAnswer: Bool { failures.haveAnswer || hasHeard }

    /// Continues after a wait. May wait for the resolution of another server's name.
    /// - Parameter hasMessage: True if the server has sent something.
    /// - Throws: ``PostgreSQLError`` if no server can be connected to.
    func advance(hasMessage: Bool) throws(PostgreSQLError) {
        hasHeard = hasHeard || hasMessage
        let state = unsafe PQconnectPoll(connection)
        noteFailures()
        // The descriptor may be another one: that of the next server.
        let descriptor = unsafe PQsocket(connection)
        switch state {
        case PGRES_POLLING_READING: wait = Wait(descriptor: descriptor, events: POLLIN)
        case PGRES_POLLING_WRITING: wait = Wait(descriptor: descriptor, events: POLLOUT)
        case PGRES_POLLING_OK: wait = nil
        default: throw failure
        }
    }

    /// Hands the connection over to a new owner, who must finish it, together with the receiver of its notices, which must
    /// outlive it.
    /// - Returns: Nil if that has been done.
    func finish() -> (connection: OpaquePointer, notices: ServerNoticeLog)? {
        guard let connection = unsafe connection else { return nil }
        unsafe PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
        unsafe self.connection = nil
        notices.isConnecting = false
        return unsafe (connection, notices)
    }

    private func noteFailures() { if failures.read(message, hasHeard: hasHeard) { hasHeard = false } }

    private var failure: PostgreSQLError { failures.error(message) }

    /// libpq's message about the servers that could not be connected to so far.
    private var message: String { unsafe LibpqMessage.text(ofConnection: connection) }
}
