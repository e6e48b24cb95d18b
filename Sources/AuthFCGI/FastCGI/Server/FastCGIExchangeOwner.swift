internal import EventLoop

/// The owner of a ``FastCGIExchange``.
@EventLoop
protocol FastCGIExchangeOwner: AnyObject, Sendable {
    /// False if connections are to be closed after their response.
    var keepsConnections: Bool { get }

    /// Reads and drops `count` bytes of a connection that have arrived.
    /// - Returns: false if it could not read as many.
    func discard(_ count: Int, from descriptor: Int32) -> Bool

    /// Called when a response was sent.
    /// - Parameters:
    ///   - connection: the object of the connection, if it has one.
    ///   - descriptor: the descriptor of the connection, with its ownership, if it is kept; nil if it is closed.
    ///   - lingers: true if the connection has to be closed, but only after the peer has closed.
    func exchangeEnded(on connection: Connection?, keeping descriptor: Int32?, lingers: Bool)

    /// Called when an exchange was released without a response, just before its connection is closed.
    func exchangeWasDropped(on connection: Connection?)
}
