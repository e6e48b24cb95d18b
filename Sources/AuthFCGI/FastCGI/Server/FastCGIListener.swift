internal import CLinux
internal import EventLoop
internal import Glibc

/// One listening socket, shared with the other workers: each connection wakes one of them.
@EventLoop
final class FastCGIListener: ReadinessHandler {
    private let socket: FileDescriptor
    private let acceptor: FastCGIAcceptor
    private let server: FastCGIServer
    private var isAccepting = false

    /// How many connections are taken at once before other descriptors have their turn.
    private static let batch = 64

    init(_ socket: consuming FileDescriptor, acceptor: FastCGIAcceptor, server: FastCGIServer) {
        self.socket = socket
        self.acceptor = acceptor
        self.server = server
    }

    func resume() {
        guard !isAccepting else { return }
        isAccepting = true
        Reactor.shared.add(socket.number, [.readable, .exclusive], self)
    }

    func pause() {
        guard isAccepting else { return }
        isAccepting = false
        Reactor.shared.remove(socket.number)
    }

    func ready(_ readiness: Readiness) { acceptBatch() }

    /// Takes everything that waits to be accepted, for the last time.
    func drain() {
        while acceptBatch() {}
        pause()
    }

    /// - Returns: whether there may be more.
    @discardableResult
    private func acceptBatch() -> Bool {
        defer { server.acceptedBatch() }
        for _ in 0..<Self.batch {
            guard isAccepting else { return false }
            let descriptor = accept4(socket.number, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
            if descriptor >= 0 {
                server.accepted(descriptor)
                continue
            }
            switch errno {
            case EAGAIN: return false
            case EINTR, ECONNABORTED: continue
            default: acceptor.failed(SystemError.last("accept4"))
            }
        }
        return isAccepting
    }
}
