internal import EventLoop
internal import Glibc

/// Statements whose results the calling thread waits for: on helper threads and in commands, never on the event loop.
extension PostgreSQLConnection {
    /// Runs one statement and waits for its result.
    /// - Parameters:
    ///   - sql: The statement.
    ///   - parameters: The values of `$1`, `$2` and so on.
    ///   - deadline: The maximum wait. A connection that exceeds it can no longer be used.
    /// - Throws: ``PostgreSQLError``
    package func query(
        _ sql: String, _ parameters: [PostgreSQLParameter] = [], deadline: Duration
    ) throws(PostgreSQLError) -> PostgreSQLResult {
        try send(sql, parameters, binaryResult: false)
        return try wait(for: deadline)
    }

    /// Runs statements separated by semicolons as one simple query, and waits for the result of the last one.
    /// - Throws: ``PostgreSQLError``
    package func script(_ sql: String, deadline: Duration) throws(PostgreSQLError) {
        try sendScript(sql)
        _ = try wait(for: deadline)
    }

    /// Prepares a statement under a name.
    /// - Throws: ``PostgreSQLError``
    package func prepare(_ name: String, _ sql: String, deadline: Duration) throws(PostgreSQLError) {
        try sendPrepare(name, sql)
        _ = try wait(for: deadline)
    }

    /// Returns the types of a statement's parameters and columns without running it. Sends two messages: behind a pooler
    /// both reach the same backend only within a transaction.
    /// - Throws: ``PostgreSQLError``
    func describe(_ sql: String, deadline: Duration) throws(PostgreSQLError) -> PostgreSQLResult {
        try prepare("", sql, deadline: deadline)
        try sendDescribe("")
        return try wait(for: deadline)
    }

    /// Waits for all results of what was sent.
    /// - Returns: The last result.
    /// - Throws: The first failure among the results, or ``PostgreSQLError/deadline``.
    func wait(for time: Duration) throws(PostgreSQLError) -> PostgreSQLResult {
        let deadline = BootInstant.now + time
        var last: PostgreSQLResult?
        var failure: PostgreSQLError?
        while true {
            try waitUntilReady(until: deadline)
            guard let result = nextResult() else { break }
            if case .failed(let error) = result.status, failure == nil {
                failure = keepsDetails ? result.detailedError : error
            }
            last = consume result
        }
        if let failure { throw failure }
        guard let last else { throw .confusion("no result for a statement") }
        return last
    }

    /// Runs and prepares statements in one round trip, in one transaction, with the pipeline mode that the connection must not
    /// have entered. A statement that was prepared by an SQL script would have the whole script as its text in the views and
    /// the log of the server.
    /// - Parameters:
    ///   - statements: The statements to run first.
    ///   - prepared: The names and texts of the statements to prepare then.
    ///   - last: The statement to run at the end, or nil.
    ///   - deadline: The maximum wait.
    /// - Returns: The result of the last statement.
    /// - Throws: ``PostgreSQLError``: the first failure. The connection can still be used after a server's error.
    func runBatch(
        _ statements: [String], preparing prepared: [(name: String, text: String)], last: String?, deadline: Duration
    ) throws(PostgreSQLError) -> PostgreSQLResult {
        try enterPipeline()
        for statement in statements { try send(statement, [], binaryResult: false) }
        for statement in prepared { try sendPrepare(statement.name, statement.text) }
        if let last { try send(last, [], binaryResult: false) }
        try sync()
        let result = try waitForBatch(deadline)
        try exitPipeline()
        return try result.get()
    }

    private func waitForBatch(_ time: Duration) throws(PostgreSQLError) -> BatchResult {
        let deadline = BootInstant.now + time
        var batch = BatchResult()
        var ends = 0
        while true {
            try waitUntilReady(until: deadline)
            guard let result = nextResult() else {
                // Each statement's results have an end. Two in a row are the end of the connection.
                ends += 1
                guard ends < 2 else { throw batch.failure ?? .connection(errorText) }
                continue
            }
            ends = 0
            switch result.status {
            case .sync: return batch
            case .failed(let error): batch.failure = batch.failure ?? error
            case .aborted: break
            case .rows, .done: batch.last = consume result
            }
        }
    }

    /// The outcome of a pipelined batch.
    private struct BatchResult: ~Copyable {
        var last: PostgreSQLResult?
        var failure: PostgreSQLError?

        consuming func get() throws(PostgreSQLError) -> PostgreSQLResult {
            if let failure { throw failure }
            guard let last else { throw .confusion("no result for a batch") }
            return last
        }
    }

    /// Sends what is buffered, and waits until ``nextResult()`` does not.
    private func waitUntilReady(until deadline: BootInstant) throws(PostgreSQLError) {
        var needsWriting = try flush() == .more
        while isBusy {
            let left = deadline - .now
            guard left > .zero else { throw .deadline }
            let events = needsWriting ? POLLIN | POLLOUT : POLLIN
            if let attempt {
                _ = try attempt.wait(socket, for: events)
            } else {
                var descriptor = pollfd(fd: socket, events: Int16(events), revents: 0)
                unsafe _ = poll(&descriptor, 1, Int32(left.nanoseconds / 1_000_000 + 1))
            }
            try consumeInput()
            needsWriting = try flush() == .more
        }
    }
}
