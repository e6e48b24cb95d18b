import Glibc
import Synchronization

extension RedisServer {
    /// A Boolean value that indicates whether the server replies to PING, even if with a request for a password. A
    /// frozen server has one second to reply.
    package var isReady: Bool {
        // Any error counts as no.
        (try? answersPing(until: Deadline(within: .seconds(1)))) ?? false
    }

    /// Starts the server after a `stop` or `kill`, with the dump.rdb in its folder if there is one, and waits until it
    /// replies.
    package func start(within duration: Duration = .seconds(20)) throws {
        let started = try ServerProcess(
            ServerPrograms.redis, options, environment: clock?.environment ?? [:], workingFolder: dataFolder,
            logFile: logFile)
        process.withLock { $0 = started }
        try eventually("Redis answers at \(socket)", within: duration, log: started.log) {
            try started.requireRunning()
            return isReady
        }
    }

    /// Stops the server and waits for its end. A paused server is resumed first. Does nothing if the server does not
    /// run.
    package func stop(within duration: Duration = .seconds(10)) throws {
        guard let process = process.withLock({ $0 }), process.isRunning else { return }
        try process.stop(within: duration)
    }

    /// Kills the server, as in a crash, and waits for its end. Its socket file stays and refuses connections. Does
    /// nothing if the server does not run.
    package func kill() {
        process.withLock { $0 }?.kill()
    }

    /// Stops and starts the server. Its data is lost unless it was saved.
    package func restart() throws {
        try stop()
        try start()
    }

    /// Freezes the server, like a host that is down: connections stay open without a reply.
    package func pause() throws {
        let process = try requireRunning()
        process.send(SIGSTOP)
        let inspector = ProcessInspector(process.processIdentifier)
        try eventually("Redis is frozen") {
            try process.requireRunning()
            return inspector.state == "T"
        }
    }

    /// Resumes a frozen server. Does nothing if it is not frozen.
    package func resume() {
        process.withLock { $0 }?.send(SIGCONT)
    }

    /// A Boolean value that indicates whether the process exists, frozen or not.
    package var isRunning: Bool { process.withLock { $0 }?.isRunning ?? false }

    /// Returns the process of the server.
    ///
    /// - Throws: An error with the end of the log if the server does not run.
    func requireRunning() throws -> ServerProcess {
        guard let process = process.withLock({ $0 }), process.isRunning else {
            throw SupportError.unexpected("this Redis server does not run", log: log)
        }
        return process
    }

    private func answersPing(until deadline: Deadline) throws -> Bool {
        let connection = try StreamSocket(connectingTo: endpoint, until: deadline)
        guard try connection.send(Array("PING\r\n".utf8), until: deadline) else { return false }
        let reply = try connection.take(exactly: 5, until: deadline)
        // Not -LOADING, the reply of a server that is still loading its dump.
        return reply == Array("+PONG".utf8) || reply == Array("-NOAU".utf8)
    }
}
