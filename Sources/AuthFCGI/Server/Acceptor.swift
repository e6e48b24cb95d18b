internal import EventLoop
internal import Logging

/// The listening sockets of a server, and the pauses in accepting: while the server is full, and for a moment after the
/// kernel had no descriptor or memory left. During a pause new connections wait in the kernel's backlog, or another
/// worker accepts them.
@EventLoop
final class Acceptor {
    private enum PauseReason {
        case failure
        case full
    }

    /// The number of pauses at the limit of connections so far.
    private(set) var pausesAtLimit = 0

    private let log: Logger
    private var listeners: [Listener] = []
    private var isPaused = false
    private var isDrained = false
    private var timer: LoopTimer?
    private var limiter = LogLimiter<PauseReason>(per: .seconds(10))

    private static let pauseAfterFailure = Duration.milliseconds(100)

    init(log: Logger) {
        self.log = log
    }

    /// Accepts connections of a socket until ``drain()``, which also releases the closures.
    /// - Parameters:
    ///   - socket: a non-blocking listening socket.
    ///   - takesTurns: true if connections stay, so that they have to be spread over the workers.
    ///   - onConnection: receives the descriptor of each accepted connection, and its ownership.
    ///   - onBatchEnd: called after the last of the connections that were accepted in one go.
    func listen(
        on socket: consuming FileDescriptor, takesTurns: Bool, onConnection: @escaping @EventLoop (Int32) -> Void,
        onBatchEnd: @escaping @EventLoop () -> Void
    ) {
        let listener = Listener(
            socket, takesTurns: takesTurns, onConnection: onConnection, onBatchEnd: onBatchEnd,
            onFailure: { self.failed($0) })
        listeners.append(listener)
        if !isPaused { listener.resume() }
    }

    /// Accepts the connections that are queued and closes the sockets.
    func drain() {
        // Before the listeners, which may still pause, but must not resume.
        isDrained = true
        timer?.cancel()
        for listener in listeners { listener.drain() }
        listeners = []
    }

    /// Accepts no connection until one closes.
    /// - Parameter maximum: the limit of connections, for the log.
    func pauseUntilClose(atLimit maximum: Int) {
        guard !isPaused else { return }
        pausesAtLimit += 1
        if limiter.admit(.full) != nil {
            log.warning("connection limit of \(maximum) reached: not accepting until some close")
        }
        pause()
    }

    /// Ends a pause: a closed connection has freed a descriptor.
    @inline(__always)
    func connectionClosed() {
        if isPaused { resume() }
    }

    /// An immediate retry would fail again, and the loop would do nothing else.
    private func failed(_ error: SystemError) {
        if limiter.admit(.failure) != nil { log.error("accepting connections failed, retrying: \(error)") }
        pause()
        timer = Reactor.shared.schedule(after: Self.pauseAfterFailure) { self.resume() }
    }

    private func pause() {
        isPaused = true
        for listener in listeners { listener.pause() }
    }

    private func resume() {
        guard !isDrained else { return }
        isPaused = false
        timer?.cancel()
        timer = nil
        for listener in listeners { listener.resume() }
    }
}
