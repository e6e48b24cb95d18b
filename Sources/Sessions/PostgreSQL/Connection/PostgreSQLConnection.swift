internal import CPostgreSQL
internal import EventLoop
internal import Glibc

/// The owner of one connection to PostgreSQL (libpq's `PGconn`). It belongs to one thread at a time: it is opened and
/// prepared on a helper thread, then handed to the event loop.
///
/// The calls in this file are libpq's own, and none of them waits. Built on them are the opening of a connection in
/// `PostgreSQLConnection+opening.swift`, waiting calls in `PostgreSQLConnection+waiting.swift`, and the event loop's in
/// `PostgreSQLConnection+loop.swift`.
@safe package final class PostgreSQLConnection {
    private let connection: OpaquePointer
    private let notices: ServerNoticeLog

    /// The descriptor to poll. libpq closes it by itself when the connection is lost.
    package let socket: Int32

    /// The server's first answer, or nil before ``introduce(isPooled:deadline:)``.
    var introduction: Introduction?

    /// The prefix of the gate's names in statements; empty before ``enterSchema(_:keepsSearchPath:deadline:)``.
    package internal(set) var schema = Schema(nil)

    /// The state of the notifications of revocations.
    var notifications = Notifications.notRequested

    /// A Boolean value that indicates whether ``setTimeLimits(statement:lock:deadline:)`` has removed the limits of the
    /// role and of the database, and set no others.
    var hasNoTimeLimits = false

    /// A Boolean value that indicates whether errors of waiting calls keep the server's details and hints. They may contain
    /// values, so only while no statement has any of users.
    var keepsDetails = false

    /// A Boolean value that indicates whether libpq's buffer holds bytes that the socket has not accepted yet.
    var isWaitingToWrite = false

    /// The user of the system for whom transactions change something, for `authfcgi_audit`; nil for a worker.
    package var author: String?

    /// The attempt to open the connection, as long as a helper thread prepares it.
    var attempt: ConnectionAttempt?

    /// Takes over a connection from the one that has opened it.
    /// - Throws: ``PostgreSQLError`` if it is not open, or has another owner. The text never contains the connection string.
    init(_ opening: ConnectionOpening) throws(PostgreSQLError) {
        guard let (connection, notices) = unsafe opening.finish() else {
            throw .connection("the connection has another owner")
        }
        // A failed connection must be finished like any other; deinit does so once all properties are set.
        unsafe self.connection = connection
        self.notices = notices
        socket = unsafe PQsocket(connection)
        guard unsafe PQstatus(connection) == CONNECTION_OK else { throw .connection(errorText) }
        _ = unsafe PQsetnonblocking(connection, 1)
    }

    deinit { unsafe PQfinish(connection) }

    // MARK: Facts

    /// libpq's last error on this connection in one line. It names hosts and users, never a password.
    package var errorText: String { LibpqMessage.line(unsafe LibpqMessage.text(ofConnection: connection)) }

    /// The server's version, such as 150018.
    var serverVersion: Int { Int(unsafe PQserverVersion(connection)) }

    /// The address of the server; empty for a unix socket.
    var serverAddress: String { unsafe PQhostaddr(connection).map { unsafe String(cString: $0) } ?? "" }

    /// A Boolean value that indicates whether the connection uses TLS.
    var isEncrypted: Bool { unsafe PQsslInUse(connection) == 1 }

    /// The parameters in effect by name, with libpq's defaults. The password is among them.
    var effectiveParameters: [String: String] {
        guard let options = unsafe PQconninfo(connection) else { return [:] }
        // Owned by the caller.
        defer { unsafe PQconninfoFree(options) }
        return unsafe ConnectionString.values(of: options)
    }

    /// The process id of the backend, as reported by the server when the connection was opened.
    var backend: Int32 { unsafe PQbackendPID(connection) }

    /// The database's encoding, or nil if a pooler does not pass it on.
    var serverEncoding: String? {
        unsafe PQparameterStatus(connection, "server_encoding").map { unsafe String(cString: $0) }
    }

    /// A Boolean value that indicates whether the server is still processing a command.
    var isActive: Bool { unsafe PQtransactionStatus(connection) == PQTRANS_ACTIVE }

    /// A Boolean value that indicates whether libpq has not closed the descriptor.
    var isOpen: Bool { unsafe PQsocket(connection) == socket }

    // MARK: Sending

    /// Enters pipeline mode: statements are sent without waiting for the results of earlier ones (PostgreSQL manual,
    /// "Pipeline Mode").
    package func enterPipeline() throws(PostgreSQLError) {
        try require(unsafe PQenterPipelineMode(connection))
    }

    /// Leaves pipeline mode. All results must have been received.
    func exitPipeline() throws(PostgreSQLError) {
        try require(unsafe PQexitPipelineMode(connection))
    }

    /// Sends statements separated by semicolons, as one simple query.
    func sendScript(_ sql: String) throws(PostgreSQLError) {
        try require(unsafe PQsendQuery(connection, sql))
    }

    /// Sends a statement that is to be prepared under a name.
    func sendPrepare(_ name: String, _ sql: String) throws(PostgreSQLError) {
        try require(unsafe PQsendPrepare(connection, name, sql, 0, nil))
    }

    /// Requests the description of a prepared statement.
    func sendDescribe(_ name: String) throws(PostgreSQLError) {
        try require(unsafe PQsendDescribePrepared(connection, name))
    }

    /// Sends one statement, prepared under `name` or as text. The server infers the types of the parameters.
    package func send(
        prepared name: String? = nil, _ sql: String, _ parameters: [PostgreSQLParameter], binaryResult: Bool
    ) throws(PostgreSQLError) {
        let (count, format) = (Int32(parameters.count), Int32(binaryResult ? 1 : 0))
        try require(
            unsafe PostgreSQLParameter.withArguments(parameters) { values, lengths, formats in
                if let name {
                    unsafe PQsendQueryPrepared(connection, name, count, values, lengths, formats, format)
                } else {
                    unsafe PQsendQueryParams(connection, sql, count, nil, values, lengths, formats, format)
                }
            })
    }

    /// Sends one statement with at most two parameters, prepared under `name` or as text. Its rows arrive in binary form.
    /// - Parameters:
    ///   - name: The name of the prepared statement, or nil.
    ///   - sql: The statement's text.
    ///   - parameter: The first parameter, or nil for none.
    ///   - number: The second parameter, a bigint, or nil for none.
    func sendBinary(
        prepared name: String?, _ sql: String, _ parameter: BinaryParameter?, _ number: Int64? = nil
    ) throws(PostgreSQLError) {
        guard let parameter else { return try send(prepared: name, sql, [], binaryResult: true) }
        let count = Int32(number == nil ? 1 : 2)
        try require(
            unsafe parameter.withArguments(number ?? 0) { values, lengths, formats in
                // libpq copies the parameters into its buffer before it returns.
                if let name {
                    unsafe PQsendQueryPrepared(connection, name, count, values, lengths, formats, 1)
                } else {
                    unsafe PQsendQueryParams(connection, sql, count, nil, values, lengths, formats, 1)
                }
            })
    }

    /// Ends a batch of the pipeline: the server processes all of it, and an error in it does not affect later batches.
    package func sync() throws(PostgreSQLError) {
        try require(unsafe PQpipelineSync(connection))
    }

    package enum FlushState { case everything, more }

    /// Writes libpq's buffer to the socket; `.more` if the socket does not accept all of it now.
    package func flush() throws(PostgreSQLError) -> FlushState {
        switch unsafe PQflush(connection) {
        case 0: .everything
        case 1: .more
        default: throw .connection(errorText)
        }
    }

    /// - Parameter result: The result of a libpq call that returns 1 on success.
    private func require(_ result: Int32) throws(PostgreSQLError) {
        guard result == 1 else { throw .connection(errorText) }
    }

    // MARK: Receiving

    /// Reads the bytes that have arrived.
    package func consumeInput() throws(PostgreSQLError) {
        try require(unsafe PQconsumeInput(connection))
    }

    /// A Boolean value that indicates whether ``nextResult()`` would wait.
    var isBusy: Bool { unsafe PQisBusy(connection) == 1 }

    /// Returns the next result, or nil after the last one of a statement. Waits while ``isBusy``.
    func nextResult() -> PostgreSQLResult? {
        guard let result = unsafe PQgetResult(connection) else { return nil }
        return unsafe PostgreSQLResult(owning: result)
    }

    /// Returns the next result that has arrived completely, or nil if there is none.
    ///
    /// libpq ends the results of each statement with one nil; two in a row mean that no statement is pending.
    package func nextReadyResult() -> PostgreSQLResult? {
        for _ in 0..<2 {
            guard !isBusy else { return nil }
            if let result = nextResult() { return result }
        }
        return nil
    }

    /// Returns the payload of the next notification that has arrived, or nil if there is none.
    func nextNotification() -> String? {
        guard let notification = unsafe PQnotifies(connection) else { return nil }
        // Allocated by libpq, strings included, and owned by the caller.
        defer { unsafe PQfreemem(notification) }
        return unsafe String(cString: notification.pointee.extra)
    }

    /// Removes all notifications that have arrived, without reading them.
    /// - Returns: The length of their payloads in bytes, nil if there were none.
    func discardNotifications() -> Int? {
        var size: Int?
        while let notification = unsafe PQnotifies(connection) {
            size = unsafe (size ?? 0) + strlen(notification.pointee.extra)
            unsafe PQfreemem(notification)
        }
        return size
    }
}
