/// The limits of a server's connections, whatever their protocol.
struct ConnectionLimits {
    /// The maximum number of open connections. At the limit those that are idle for the longest time make room.
    var maxConnections = 16_384
    /// True if at the limit also those make room whose peers are slow within a request or a response: for a server whose few
    /// connections one peer could use up.
    var givesUpSlowPeers = false
    /// The time within which a request must arrive completely.
    var requestTimeout = Duration.seconds(5)
    /// The time for which a kept connection may stay without a request. Longer than fronts keep their connections (Envoy: an
    /// hour): a request that is sent while the connection is being closed is lost to a front that does not repeat it.
    var idleTimeout = Duration.seconds(3900)
}
