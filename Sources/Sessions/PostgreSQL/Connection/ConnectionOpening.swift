internal import CPostgreSQL
internal import Glibc

/// The owner of a connection that is being opened (libpq's `PGconn`). Waits only for name resolution.
@safe final class ConnectionOpening {
    /// The connection, or nil once it has another owner.
    private var connection: OpaquePointer?

    /// The events of a descriptor to wait for, as for poll(2).
    struct Wait {
        let descriptor: Int32
        let events: Int32
    }

    /// The wait before the next ``advance()``, or nil if the connection is open.
    private(set) var wait: Wait?

    /// Resolves the names of the servers, and begins to connect.
    /// - Throws: ``PostgreSQLError``
    init(_ parameters: ConnectionParameters) throws(PostgreSQLError) {
        let connection = unsafe parameters.withPointers { unsafe PQconnectStartParams($0, $1, 1) }
        // NULL only if memory is exhausted.
        guard let connection = unsafe connection else { throw .connection("out of memory") }
        unsafe self.connection = connection
        // With the SQLSTATE, which tells a server that refuses from one that does not answer.
        unsafe PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
        guard unsafe PQstatus(connection) != CONNECTION_BAD else { throw failure }
        // As PQconnectPoll's documentation has it: as if it had asked for this.
        wait = Wait(descriptor: unsafe PQsocket(connection), events: POLLOUT)
    }

    // PQfinish does nothing with NULL.
    deinit { unsafe PQfinish(connection) }

    /// Continues after a wait.
    /// - Throws: ``PostgreSQLError`` if no server can be connected to.
    func advance() throws(PostgreSQLError) {
        let state = unsafe PQconnectPoll(connection)
        // The descriptor may be another one: that of the next server.
        let descriptor = unsafe PQsocket(connection)
        switch state {
        case PGRES_POLLING_READING: wait = Wait(descriptor: descriptor, events: POLLIN)
        case PGRES_POLLING_WRITING: wait = Wait(descriptor: descriptor, events: POLLOUT)
        case PGRES_POLLING_OK: wait = nil
        default: throw failure
        }
    }

    /// Hands the connection over to a new owner, who must finish it.
    /// - Returns: Nil if that has been done.
    func finish() -> OpaquePointer? {
        unsafe PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
        defer { unsafe connection = nil }
        return unsafe connection
    }

    private var failure: PostgreSQLError { unsafe LibpqMessage.failure(ofConnecting: PQerrorMessage(connection)) }
}
