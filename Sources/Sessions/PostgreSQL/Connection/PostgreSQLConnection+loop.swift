internal import EventLoop

/// A connection as a member of the loop's set of descriptors.
@EventLoop
extension PostgreSQLConnection {
    /// Has `handler` told when something arrives.
    func joinLoop(_ handler: any ReadinessHandler) { Reactor.shared.add(socket, [.readable], handler) }

    /// Writes what waits to be sent, now as far as the server takes it and the rest when it is ready for more; to be
    /// called again whenever the descriptor is writable.
    func flushOnLoop() throws(PostgreSQLError) {
        let more = try flush() == .more
        guard more != isWaitingToWrite else { return }
        isWaitingToWrite = more
        Reactor.shared.change(socket, more ? [.readable, .writable] : [.readable])
    }

    /// Takes the descriptor out of the loop's set, also when libpq has closed it.
    func leaveLoop() {
        if isOpen {
            Reactor.shared.remove(socket)
        } else {
            Reactor.shared.forget(socket)  // closed, so the kernel has taken it out already
        }
    }
}
