internal import EventLoop
package import Logging

/// The opening of connections.
extension PostgreSQLConnection {
    /// Connects. Waits for name resolution, network and server, several seconds for each server: must not run on the event
    /// loop.
    ///
    /// - Parameters:
    ///   - url: A connection string of libpq: a `postgresql://` URL, several hosts included, or `key=value` words.
    ///   - applicationName: The connection's name in `pg_stat_activity`.
    ///   - log: The logger of the server's notices.
    /// - Throws: ``PostgreSQLError``, whose text never contains the connection string.
    package convenience init(
        _ url: Secret, applicationName: String = "authfcgi", log: Logger
    ) throws(PostgreSQLError) {
        try self.init(try Self.opened(url, applicationName: applicationName, log: log))
    }

    /// Returns the first connection that opens. Each attempt begins with another server, since libpq stays with a server that
    /// accepts the connection and says nothing.
    private static func opened(
        _ url: Secret, applicationName: String, log: Logger
    ) throws(PostgreSQLError) -> ConnectionOpening {
        let servers = max(1, ConnectionHosts(url).count)
        for rotation in 0..<servers {
            do throws(PostgreSQLError) {
                let attempt = ConnectionAttempt(limit: patience(servers: servers, url), isFirst: true)
                return try open(url, applicationName: applicationName, rotation: rotation, for: attempt, log: log)
            } catch {
                guard case .deadline = error, rotation < servers - 1 else { throw error }
            }
        }
        throw .deadline
    }

    /// Returns the maximum time of an attempt: `connect_timeout`, or 3 s. The name of a single server may have several
    /// addresses, each of which the kernel tries for 3 s.
    private static func patience(servers: Int, _ url: Secret) -> Duration {
        let given = ConnectionString.values(url.reveal())?["connect_timeout"].flatMap { Int($0) }
        if let given, given > 0 { return .seconds(max(2, given)) }
        return .seconds(servers > 1 ? 3 : 7)
    }

    /// Connects as one of several attempts, of which each begins with another server. Waits for name resolution, network
    /// and server.
    ///
    /// - Parameters:
    ///   - url: A connection string of libpq.
    ///   - applicationName: The connection's name in `pg_stat_activity`.
    ///   - rotation: The number of servers in the connection string to go past.
    ///   - attempt: The attempt, which limits all waits until ``attempt`` is set to nil.
    ///   - log: The logger of the server's notices.
    /// - Throws: ``PostgreSQLError``, whose text never contains the connection string.
    convenience init(
        _ url: Secret, applicationName: String, rotation: Int, for attempt: ConnectionAttempt, log: Logger
    ) throws(PostgreSQLError) {
        try self.init(
            try Self.open(url, applicationName: applicationName, rotation: rotation, for: attempt, log: log))
        self.attempt = attempt
    }

    private static func open(
        _ url: Secret, applicationName: String, rotation: Int, for attempt: ConnectionAttempt, log: Logger
    ) throws(PostgreSQLError) -> ConnectionOpening {
        // libpq has no timeout of its own here. This one is the kernel's, so that libpq goes on to the next address.
        var parameters = try ConnectionParameters(
            url, applicationName: applicationName, timeouts: [("tcp_user_timeout", "3000")])
        for (name, value) in ConnectionHosts(url).rotated(by: rotation) { parameters.add(name, value) }
        if let fault = PasswordFile.fault(ConnectionString.values(url.reveal()) ?? [:]) {
            ServerNoticeLog.warn(fault, log)
            parameters.add("passfile", PasswordFile.none)
        }
        var begun: ConnectionOpening?
        try attempt.call { () throws(PostgreSQLError) in begun = try ConnectionOpening(parameters, log: log) }
        guard let opening = begun else { throw .unsent("nothing was begun") }
        while let wait = opening.wait {
            let event = try attempt.wait(wait.descriptor, for: wait.events)
            guard event != .nothing else { continue }
            // Also after a failure: what was heard may be of a server that starts, stops or is a standby.
            defer { if !opening.hasAnswer { attempt.forgetMessages() } }
            try attempt.call { () throws(PostgreSQLError) in try opening.advance(hasMessage: event == .message) }
        }
        return opening
    }
}
