import Glibc
import Synchronization

extension PostgreSQLServer {
    /// Starts the server after a `stop`, and waits until it accepts connections.
    package func start(within duration: Duration = .seconds(60)) throws {
        let defaults = [
            "unix_socket_directories": socketFolder, "listen_addresses": listensOnTCP ? "127.0.0.1" : "",
            "port": "\(port)", "fsync": "off", "full_page_writes": "off", "shared_buffers": "16MB", "jit": "off",
            "log_line_prefix": "%m [%p] %u@%d ",
        ]
        let options = defaults.merging(settings) { $1 }.sorted { $0.key < $1.key }.flatMap {
            ["-c", "\($0.key)=\($0.value)"]
        }
        // The clock's library is loaded into the server only, not into the program that starts it as another user.
        let variables = clock.map { $0.environment.map { "\($0.key)=\($0.value)" } } ?? []
        let started = try ServerProcess(
            "env", variables + [ServerPrograms.postgreSQL("postgres"), "-D", dataFolder] + options,
            workingFolder: folder.path,
            user: Self.user, logFile: logFile, stopSignal: SIGQUIT)
        process.withLock { $0 = started }
        // The log of a standby has "ready to accept read-only connections".
        try eventually("PostgreSQL accepts connections", within: duration, log: started.log) {
            try started.requireRunning()
            return started.log.contains("database system is ready to accept")
        }
    }

    /// Stops the server and waits for its end. A paused server is resumed first. Does nothing if the server does not
    /// run.
    package func stop(mode: StopMode = .fast, within duration: Duration = .seconds(30)) throws {
        sessions.clear()
        guard let process = process.withLock({ $0 }), process.isRunning else { return }
        process.send(mode == .fast ? SIGINT : SIGQUIT)
        resume()
        do {
            try process.waitForExit(within: duration)
        } catch {
            for backend in ProcessInspector(process.processIdentifier).children { kill(backend, SIGKILL) }
            process.kill()
            throw error
        }
        self.process.withLock { $0 = nil }
    }

    /// Stops and starts the server.
    package func restart(mode: StopMode = .fast) throws {
        try stop(mode: mode)
        try start()
    }

    /// Freezes the postmaster and all its processes, like a host that is down: connections stay open without a
    /// response.
    package func pause() throws {
        sessions.clear()
        let postmaster = try processIdentifier
        // The postmaster first: it forks no new processes then.
        var frozen = [postmaster]
        kill(postmaster, SIGSTOP)
        try eventually("the postmaster is frozen") { ProcessInspector(postmaster).state == "T" }
        for backend in ProcessInspector(postmaster).children {
            // A frozen process does not notice the end of its postmaster, so it must not outlive the tests.
            ExitCleanup.writeProcessFile(backend)
            kill(backend, SIGSTOP)
            frozen.append(backend)
        }
        try eventually("PostgreSQL is frozen") {
            frozen.allSatisfy { "TZ".contains(ProcessInspector($0).state ?? "Z") }
        }
    }

    /// Resumes a frozen server. Does nothing if it is not frozen.
    package func resume() {
        guard let postmaster = try? processIdentifier else { return }
        for backend in ProcessInspector(postmaster).children {
            kill(backend, SIGCONT)
            ExitCleanup.removeProcessFile(backend)
        }
        kill(postmaster, SIGCONT)
    }

    /// Returns the process of the server.
    ///
    /// - Throws: An error with the end of the log if the server does not run.
    func requireRunning() throws -> ServerProcess {
        guard let process = process.withLock({ $0 }), process.isRunning else {
            throw SupportError.unexpected("this PostgreSQL server does not run", log: log)
        }
        return process
    }
}
