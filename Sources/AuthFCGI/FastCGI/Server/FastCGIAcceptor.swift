internal import EventLoop
internal import Logging

/// The listening sockets of a server, and when they rest: while the server is full, and for a moment when the kernel
/// has no descriptor or memory to give. Meanwhile the kernel's backlog holds new connections, or another worker takes them.
@EventLoop
final class FastCGIAcceptor {
    private let log: Logger
    private var listeners: [FastCGIListener] = []
    private var isPaused = false
    private var isDrained = false
    private var timer: LoopTimer?
    private var limiter = LogLimiter<Rest>(per: .seconds(10))

    /// The reasons to rest.
    private enum Rest {
        case failure
        case full
    }

    private static let pause = Duration.milliseconds(100)

    init(log: Logger) {
        self.log = log
    }

    /// Accepts connections of `socket` for `server`.
    func listen(on socket: consuming FileDescriptor, for server: FastCGIServer) {
        let listener = FastCGIListener(socket, acceptor: self, server: server)
        listeners.append(listener)
        if !isPaused { listener.resume() }
    }

    /// Accepts what waits to be accepted and gives up the sockets.
    func drain() {
        isDrained = true
        timer?.cancel()
        for listener in listeners { listener.drain() }
        listeners = []
    }

    /// The kernel has refused: trying again at once would fail again, and the loop would do nothing else.
    func failed(_ error: SystemError) {
        if limiter.admit(.failure) != nil { log.error("accepting connections failed, retrying: \(error)") }
        rest()
        timer = Reactor.shared.schedule(after: Self.pause) { self.resume() }
    }

    /// No more connections until one closes.
    func becameFull(_ maximum: Int) {
        guard !isPaused else { return }
        if limiter.admit(.full) != nil {
            log.warning("connection limit of \(maximum) reached: not accepting until some close")
        }
        rest()
    }

    /// A descriptor is free again.
    @inline(__always)
    func connectionClosed() {
        if isPaused { resume() }
    }

    private func rest() {
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
