import Glibc
import Synchronization

extension RedisServer {
    /// Whether it answers PING, even if only to ask for a password. A frozen one is given a second.
    package var isReady: Bool {
        // Whatever goes wrong here is a no.
        (try? answersPing(until: Deadline(within: .seconds(1)))) ?? false
    }

    /// Starts the server after a `stop` or `kill`, with the dump.rdb in its folder if there is one, and waits until it
    /// answers.
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

    /// Stops the server and waits for its end. A paused one is woken for it. Nothing happens if it does not run.
    package func stop(within duration: Duration = .seconds(10)) throws {
        guard let process = process.withLock({ $0 }), process.isRunning else { return }
        try process.stop(within: duration)
    }

    /// Kills the server, as a crash would, and waits for its end. Its socket stays and refuses. Nothing happens if it
    /// does not run.
    package func kill() {
        process.withLock { $0 }?.kill()
    }

    /// Stops and starts the server: what it held is gone unless it was saved.
    package func restart() throws {
        try stop()
        try start()
    }

    /// Freezes the server, as a dead host would be: connections stay, nothing answers.
    package func pause() throws {
        let process = try requireRunning()
        process.send(SIGSTOP)
        let inspector = ProcessInspector(process.processIdentifier)
        try eventually("Redis is frozen") {
            try process.requireRunning()
            return inspector.state == "T"
        }
    }

    /// Lets a frozen server go on. Nothing happens to one that is not frozen.
    package func resume() {
        process.withLock { $0 }?.send(SIGCONT)
    }

    /// Whether the process is there, frozen or not.
    package var isRunning: Bool { process.withLock { $0 }?.isRunning ?? false }

    /// - Throws: with the end of the log, if the server does not run.
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
        // Not -LOADING, which a server says that still reads its dump.
        return reply == Array("+PONG".utf8) || reply == Array("-NOAU".utf8)
    }
}
