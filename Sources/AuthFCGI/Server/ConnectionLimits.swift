/// The limits of a server's connections, whatever their protocol.
struct ConnectionLimits {
    /// The maximum number of open connections.
    var maxConnections = 4096
    /// The time within which a request must arrive completely.
    var requestTimeout = Duration.seconds(5)
    /// The time for which a kept connection may stay without a request.
    var idleTimeout = Duration.seconds(300)
}
