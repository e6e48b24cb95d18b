/// Somebody who talks to a server over a ``ByteStream``.
package protocol ByteStreamHandler: AnyObject {
    /// The server is reached, and is who it should be: now bytes can be sent.
    @EventLoop func streamOpened()
    /// Some bytes have come; they are lent for the call.
    @EventLoop func received(_ bytes: UnsafeRawBufferPointer)
    /// It is over, or never began; said once, and nothing after it.
    @EventLoop func streamEnded(_ reason: StreamError)
}
