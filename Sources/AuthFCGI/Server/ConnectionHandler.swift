internal import EventLoop

/// The server's side of one protocol: it reads requests from connections and sends the responses. A ``Server`` has one
/// for each protocol that its sockets speak.
@EventLoop
protocol ConnectionHandler: AnyObject {
    /// The log of this protocol's connections that are closed without a response.
    var faultLog: ConnectionFaultLog { get }

    /// True if a connection usually carries many requests.
    var connectionsStay: Bool { get }

    /// Takes ownership of an accepted connection, which the server has counted in its ``ConnectionTable``: the handler
    /// reports its end there.
    func accepted(_ descriptor: Int32)

    /// Called after the last of the connections that were accepted in one go.
    func acceptedBatch()
}

extension ConnectionHandler {
    /// False, unless a protocol says otherwise.
    var connectionsStay: Bool { false }
}
