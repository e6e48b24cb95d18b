internal import EventLoop

/// A connection on the event loop.
@EventLoop
extension PostgreSQLConnection {
    /// Calls `handler` whenever bytes arrive.
    func joinLoop(_ handler: any ReadinessHandler) { Reactor.shared.add(socket, [.readable], handler) }

    /// Writes libpq's buffer as far as the socket accepts it now. Must be called again whenever the descriptor is writable.
    /// - Throws: ``PostgreSQLError``
    func flushOnLoop() throws(PostgreSQLError) {
        let more = try flush() == .more
        guard more != isWaitingToWrite else { return }
        isWaitingToWrite = more
        Reactor.shared.change(socket, more ? [.readable, .writable] : [.readable])
    }

    /// Removes the descriptor from the event loop, even if libpq has closed it.
    func leaveLoop() {
        if isOpen {
            Reactor.shared.remove(socket)
        } else {
            Reactor.shared.forget(socket)  // closed, so the kernel has removed it already
        }
    }
}
