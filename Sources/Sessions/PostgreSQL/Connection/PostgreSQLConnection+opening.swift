internal import CPostgreSQL
package import Logging

/// The opening of connections.
extension PostgreSQLConnection {
    /// Connects. Waits for name resolution, network and server, 3 s for each server: must not run on the event loop.
    ///
    /// - Parameters:
    ///   - url: A connection string of libpq: a `postgresql://` URL, several hosts included, or `key=value` words.
    ///   - applicationName: The connection's name in `pg_stat_activity`.
    ///   - log: The logger of the server's notices.
    /// - Throws: ``PostgreSQLError``, whose text never contains the connection string.
    package convenience init(
        _ url: Secret, applicationName: String = "authfcgi", log: Logger
    ) throws(PostgreSQLError) {
        let parameters = try ConnectionParameters(
            url, applicationName: applicationName, timeouts: [("connect_timeout", "3")])
        let connection = unsafe parameters.withPointers { unsafe PQconnectdbParams($0, $1, 1) }
        // NULL only if memory is exhausted.
        guard let connection = unsafe connection else { throw .connection("out of memory") }
        try unsafe self.init(owning: connection, log: log)
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
        // libpq has no timeout of its own here. This one is the kernel's, so that libpq goes on to the next address.
        var parameters = try ConnectionParameters(
            url, applicationName: applicationName, timeouts: [("tcp_user_timeout", "3000")])
        for (name, value) in ConnectionHosts(url).rotated(by: rotation) { parameters.add(name, value) }
        let opening = try ConnectionOpening(parameters)
        while let wait = opening.wait {
            if try attempt.wait(wait.descriptor, for: wait.events) { try opening.advance() }
        }
        guard let connection = unsafe opening.finish() else { throw .connection("the connection has another owner") }
        try unsafe self.init(owning: connection, log: log)
        self.attempt = attempt
    }
}
