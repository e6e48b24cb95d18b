internal import EventLoop

/// The owner of a ``Connection``, which knows its protocol.
@EventLoop
protocol ConnectionOwner: AnyObject {
    /// Called when bytes may have arrived on a connection in the state reading or idle.
    /// - Parameter peerHasClosed: true if no more bytes will arrive.
    func examine(_ connection: Connection, peerHasClosed: Bool)

    /// Called when a connection is to be closed. The owner closes it in the ``ConnectionTable``.
    /// - Parameter fault: the reason, to be logged; nil if there was no request.
    func end(_ connection: Connection, because fault: ConnectionFault?)
}
