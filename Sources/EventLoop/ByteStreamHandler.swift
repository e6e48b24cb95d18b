/// The receiver of the events of a ``ByteStream``.
package protocol ByteStreamHandler: AnyObject {
    /// The connection is open and, with TLS, the server is verified. From now on bytes can be sent.
    @EventLoop func streamOpened()
    /// Bytes have arrived. They are borrowed for the duration of the call.
    @EventLoop func received(_ bytes: UnsafeRawBufferPointer)
    /// The stream has ended or could not be opened. Called once, as the last event.
    @EventLoop func streamEnded(_ reason: StreamError)
}
