internal import EventLoop

/// The owner of a ``Connection``, which knows its protocol.
@EventLoop
protocol ConnectionOwner: AnyObject {
    /// Called when bytes may have arrived on a connection in the state reading or idle.
    /// - Parameter peerHasClosed: true if no more bytes will arrive.
    func examine(_ connection: Connection, peerHasClosed: Bool)

    /// Called when a connection in the state sending may have room for more.
    func sendMore(_ connection: Connection)

    /// Called when a connection is to be closed. The owner closes it in the ``ConnectionTable``.
    /// - Parameter fault: the reason, to be logged; nil if there was no request.
    func end(_ connection: Connection, because fault: ConnectionFault?)
}

extension ConnectionOwner {
    /// Does nothing: for protocols whose connections are never in the state sending.
    func sendMore(_ connection: Connection) {}
}
