internal import CPostgreSQL
internal import EventLoop
internal import Glibc
package import Logging

/// The owner of one connection to PostgreSQL (libpq's `PGconn`), which belongs to one thread at a time: it is made and
/// prepared on a helper thread, then handed to the loop for good.
///
/// Two ways to use it: the waiting calls (``query(_:_:deadline:)``) for helper threads and commands, and the calls for
/// the loop, which never wait.
@safe package final class PostgreSQLConnection {
    private let connection: OpaquePointer
    private let notices: NoticeLog

    /// Connects, which takes as long as name look-up, network and server take: never on the loop.
    ///
    /// - Parameters:
    ///   - url: anything libpq understands: a `postgresql://` URL, several hosts included, or `key=value` words.
    ///   - log: where the server's notices go.
    /// - Throws: `PostgreSQLError`, whose text never has the connection string in it.
    package init(_ url: Secret, log: Logger) throws(PostgreSQLError) {
        guard ConnectionString.isReadable(url.reveal()) else {
            throw .unusable("libpq cannot read the connection string", part: .url)
        }
        // A later keyword wins over an earlier one, and `dbname` is expanded in its place: what stands before it are
        // defaults, what stands behind it is ours to say.
        let keywords = [
            "connect_timeout", "target_session_attrs", "dbname", "fallback_application_name", "client_encoding",
        ]
        let values = ["3", "primary", url.reveal(), "authfcgi", "UTF8"]
        let connection = unsafe Self.withCStrings(keywords) { keywords in
            unsafe Self.withCStrings(values) { values in unsafe PQconnectdbParams(keywords, values, 1) }
        }
        // NULL only without memory. A failed connection must be finished like any other, which deinit does once all
        // properties are set.
        guard let connection = unsafe connection else { throw .connection("out of memory") }
        unsafe self.connection = connection
        socket = unsafe PQsocket(connection)
        notices = NoticeLog(log)
        guard unsafe PQstatus(connection) == CONNECTION_OK else { throw .connection(errorText) }
        unsafe PQsetNoticeReceiver(connection, NoticeLog.receive, Unmanaged.passUnretained(notices).toOpaque())
        _ = unsafe PQsetnonblocking(connection, 1)
    }

    deinit { unsafe PQfinish(connection) }

    /// libpq's last error on this connection in one line. It names hosts and users, never a password.
    package var errorText: String { unsafe Self.line(PQerrorMessage(connection)) }

    // MARK: Waiting, for helper threads and commands

    /// Runs one statement and waits for its result, at most until `deadline`; a connection that missed it is dead.
    package func query(
        _ sql: String, _ parameters: [PostgreSQLParameter] = [], deadline: Duration
    ) throws(PostgreSQLError) -> PostgreSQLResult {
        try send(sql, parameters, binaryResult: false)
        return try wait(for: deadline)
    }

    /// Runs several statements, separated by semicolons, in one simple query, and waits for the last one's result.
    package func script(_ sql: String, deadline: Duration) throws(PostgreSQLError) {
        guard unsafe PQsendQuery(connection, sql) == 1 else { throw .connection(errorText) }
        _ = try wait(for: deadline)
    }

    /// Prepares a statement under a name and waits for the server's word.
    package func prepare(_ name: String, _ sql: String, deadline: Duration) throws(PostgreSQLError) {
        try sendPrepare(name, sql)
        _ = try wait(for: deadline)
    }

    /// What the server would take and return for a statement, which is not run. Two steps: to be called in a
    /// transaction.
    func describe(_ sql: String, deadline: Duration) throws(PostgreSQLError) -> PostgreSQLResult {
        try prepare("", sql, deadline: deadline)
        guard unsafe PQsendDescribePrepared(connection, "") == 1 else { throw .connection(errorText) }
        return try wait(for: deadline)
    }

    /// The last result of what was sent; the first failure among them is thrown.
    private func wait(for time: Duration) throws(PostgreSQLError) -> PostgreSQLResult {
        let deadline = BootInstant.now + time
        var last: PostgreSQLResult?
        var failure: PostgreSQLError?
        while true {
            var needsWriting = try flush() == .more
            while unsafe PQisBusy(connection) == 1 {
                let left = deadline - .now
                guard left > .zero else { throw .deadline }
                var descriptor = pollfd(
                    fd: socket, events: Int16(needsWriting ? POLLIN | POLLOUT : POLLIN), revents: 0)
                unsafe _ = poll(&descriptor, 1, Int32(left.nanoseconds / 1_000_000 + 1))
                try consumeInput()
                needsWriting = try flush() == .more
            }
            guard let pointer = unsafe PQgetResult(connection) else { break }
            let result = unsafe PostgreSQLResult(owning: pointer)
            if case .failed(let error) = result.status, failure == nil { failure = error }
            last = consume result
        }
        if let failure { throw failure }
        guard let last else { throw .confusion("no result for a statement") }
        return last
    }

    /// Asks who is at the other end.
    ///
    /// - Parameter isPooled: whether the configuration says that there is a pooler in between, which a connection may not
    ///   be able to tell.
    /// - Throws: `PostgreSQLError`; also when it is a standby, whose word on a session may be out of date, and when the
    ///   database cannot store every text.
    package func introduce(isPooled: Bool, deadline: Duration) throws(PostgreSQLError) {
        try requireUTF8()
        try send(Self.introduction, [], binaryResult: true)
        let answer = try wait(for: deadline)
        guard !answer.isTrue(0, try answer.column("is_standby")) else {
            throw .connection("the server is a standby; sessions live on the primary")
        }
        guard let started = answer.binaryInteger(0, try answer.column("started_at")),
            let backend = answer.binaryInteger(0, try answer.column("backend"))
        else {
            throw .confusion("the server's first answer cannot be read")
        }
        origin = ServerIncarnation(startedAt: DatabaseInstant(microseconds: started))
        if unsafe Int32(truncatingIfNeeded: backend) != PQbackendPID(connection) {
            whyShared = "there is a pooler in between"
        } else if isPooled {
            whyShared = "the configuration says that there is a pooler in between"
        } else {
            whyShared = nil
        }
    }

    /// Who is at the other end.
    private static let introduction = """
        SELECT pg_is_in_recovery() AS is_standby, pg_postmaster_start_time() AS started_at, pg_backend_pid() AS backend
        """

    /// Every other encoding lacks characters that names have, or takes bytes for characters. The server says which one it
    /// is when a connection begins; where a pooler does not hand that on nothing is known.
    private func requireUTF8() throws(PostgreSQLError) {
        guard let name = unsafe PQparameterStatus(connection, "server_encoding").map({ unsafe String(cString: $0) }),
            name != "UTF8"
        else { return }
        throw .unusable(
            "the database has the encoding \(name), and authfcgi needs UTF8: make another one "
                + "(CREATE DATABASE authfcgi TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C') and name it in the connection string",
            part: .url)
    }

    // MARK: Not waiting, for the loop

    /// The descriptor to wait for. libpq closes it by itself when the connection is lost.
    package let socket: Int32

    /// The server's version, such as 150018.
    var serverVersion: Int { Int(unsafe PQserverVersion(connection)) }

    /// Whether ``setTimeLimits(statement:lock:deadline:)`` has replaced the limits that the role or the database has.
    var hasOwnTimeLimits = false

    /// Which server answers; nil before it has introduced itself.
    private(set) var origin: ServerIncarnation?

    /// Why others may get the connection between two statements, and with it what was set, prepared and listened to; nil
    /// when it is this program's alone.
    ///
    /// The process that answers is then another one than the connection was opened to, or the configuration says so.
    package private(set) var whyShared: String? = "nobody has answered yet"

    /// Whether what a statement sets up, such as LISTEN, is there for the next one and for nobody else.
    package var keepsState: Bool { whyShared == nil }

    /// Whether the server sends notifications of revocations on this connection.
    private(set) var isListening = false

    /// Why it does not although it was to.
    private(set) var whyNotListening: String?

    /// The process at the other end, as the server named it when the connection was opened.
    var backend: Int32 { unsafe PQbackendPID(connection) }

    /// Has the server tell of revocations from now on, if that can work.
    func listen(deadline: Duration) throws(PostgreSQLError) {
        if let whyShared {
            whyNotListening = "\(whyShared), and LISTEN does not work through it"
            return
        }
        do throws(PostgreSQLError) {
            try script("LISTEN \(Revocation.channel)", deadline: deadline)
            isListening = true
        } catch {
            guard case .server(let state, _) = error, !state.isServerGone else { throw error }
            whyNotListening = "LISTEN does not work there: \(error.reason)"
        }
    }

    /// The payload of the next notification on our channel that has arrived; nil when there is none.
    ///
    /// libpq keeps notifications and results in two queues. What a result says is older than every notification that
    /// came behind it, so all results that are here are taken first.
    func nextRevocation() -> Revocation? {
        while let notification = unsafe PQnotifies(connection) {
            // Allocated by libpq, strings included, and ours to free.
            defer { unsafe PQfreemem(notification) }
            guard unsafe String(cString: notification.pointee.relname) == Revocation.channel else { continue }
            return unsafe Revocation(payload: String(cString: notification.pointee.extra))
        }
        return nil
    }

    /// What was sent is still in libpq's buffer: the loop waits for the descriptor to take more.
    var isWaitingToWrite = false

    /// Whether libpq has not closed the descriptor.
    var isOpen: Bool { unsafe PQsocket(connection) == socket }

    /// From now on statements are sent without waiting for the answers of earlier ones (manual, "Pipeline Mode").
    package func enterPipeline() throws(PostgreSQLError) {
        guard unsafe PQenterPipelineMode(connection) == 1 else { throw .connection(errorText) }
    }

    /// Sends a statement that is to be prepared under a name.
    func sendPrepare(_ name: String, _ sql: String) throws(PostgreSQLError) {
        guard unsafe PQsendPrepare(connection, name, sql, 0, nil) == 1 else { throw .connection(errorText) }
    }

    /// Sends one statement, prepared under `name` or as text; its parameters' types are the server's to find.
    package func send(
        prepared name: String? = nil, _ sql: String, _ parameters: [PostgreSQLParameter], binaryResult: Bool
    ) throws(PostgreSQLError) {
        let (count, format) = (Int32(parameters.count), Int32(binaryResult ? 1 : 0))
        let sent = unsafe PostgreSQLParameter.withArguments(parameters) { values, lengths, formats in
            if let name {
                unsafe PQsendQueryPrepared(connection, name, count, values, lengths, formats, format)
            } else {
                unsafe PQsendQueryParams(connection, sql, count, nil, values, lengths, formats, format)
            }
        }
        guard sent == 1 else { throw .connection(errorText) }
    }

    /// Sends one statement with at most one parameter, prepared under `name` or as text; rows come in binary.
    func sendBinary(prepared name: String?, _ sql: String, _ parameter: BinaryParameter?) throws(PostgreSQLError) {
        let sent =
            if let parameter {
                unsafe parameter.withBytes { bytes in
                    // libpq copies the parameter into its buffer before it returns.
                    var value = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                    var (length, format) = (Int32(bytes.count), Int32(1))
                    return if let name {
                        unsafe PQsendQueryPrepared(connection, name, 1, &value, &length, &format, 1)
                    } else {
                        unsafe PQsendQueryParams(connection, sql, 1, nil, &value, &length, &format, 1)
                    }
                }
            } else if let name {
                unsafe PQsendQueryPrepared(connection, name, 0, nil, nil, nil, 1)
            } else {
                unsafe PQsendQueryParams(connection, sql, 0, nil, nil, nil, nil, 1)
            }
        guard sent == 1 else { throw .connection(errorText) }
    }

    /// Ends a batch: the server answers all of it, and an error in it does not reach what comes later.
    package func sync() throws(PostgreSQLError) {
        guard unsafe PQpipelineSync(connection) == 1 else { throw .connection(errorText) }
    }

    /// Whether the server still works on a command.
    var isActive: Bool { unsafe PQtransactionStatus(connection) == PQTRANS_ACTIVE }

    package enum FlushState { case everything, more }

    /// Writes what waits to be sent; `.more` when the server does not take it all now.
    package func flush() throws(PostgreSQLError) -> FlushState {
        switch unsafe PQflush(connection) {
        case 0: .everything
        case 1: .more
        default: throw .connection(errorText)
        }
    }

    /// Reads what has arrived.
    package func consumeInput() throws(PostgreSQLError) {
        guard unsafe PQconsumeInput(connection) == 1 else { throw .connection(errorText) }
    }

    /// The next result that is here as a whole; nil when the rest has still to come.
    ///
    /// libpq ends each statement's results with one NULL; two in a row mean that nothing is asked any more. Calling it
    /// while it is busy would wait, so each call is preceded by the question.
    package func nextReadyResult() -> PostgreSQLResult? {
        for _ in 0..<2 {
            guard unsafe PQisBusy(connection) == 0 else { return nil }
            if let result = unsafe PQgetResult(connection) { return unsafe PostgreSQLResult(owning: result) }
        }
        return nil
    }

    // MARK: Private

    /// One line out of libpq's message, which may have several and ends in a line feed.
    static func line(_ text: UnsafePointer<CChar>?) -> String {
        guard let text = unsafe text else { return "unknown error" }
        let lines = unsafe String(cString: text).split(whereSeparator: \.isNewline)
        return lines.map { String($0.drop { $0 == "\t" || $0 == " " }) }.joined(separator: "; ")
    }

    /// Lends `texts` as a NULL-terminated array of C strings.
    static func withCStrings<T>(
        _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> T
    ) -> T {
        let bytes = texts.map { Array($0.utf8CString) }
        let all = bytes.flatMap(\.self)
        return unsafe all.withUnsafeBufferPointer { all in
            var pointers: [UnsafePointer<CChar>?] = unsafe []
            var offset = 0
            for text in bytes {
                unsafe pointers.append(all.baseAddress.map { unsafe $0 + offset })
                offset += text.count
            }
            unsafe pointers.append(nil)
            return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
        }
    }
}

/// Writes the server's notices and warnings to the log instead of libpq's place for them, the bare standard error.
private final class NoticeLog {
    private let log: Logger

    init(_ log: Logger) {
        self.log = log
    }

    /// What libpq calls; the argument is the log of the connection that the notice came on, which outlives it.
    static let receive: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?) -> Void = { argument, result in
        guard let argument = unsafe argument, let result = unsafe result else { return }
        let notices = unsafe Unmanaged<NoticeLog>.fromOpaque(argument).takeUnretainedValue()
        let text = unsafe PostgreSQLConnection.line(PQresultErrorField(result, Int32(UInt8(ascii: "M"))))
        let severity = unsafe PQresultErrorField(result, Int32(UInt8(ascii: "V"))).map { unsafe String(cString: $0) }
        notices.log.log(level: severity == "WARNING" ? .warning : .info, "PostgreSQL: \(text)")
    }
}
