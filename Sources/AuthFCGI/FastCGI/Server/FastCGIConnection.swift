internal import CLinux
internal import EventLoop
internal import Glibc

/// A connection that has to wait for its peer: for the rest of a request, for the next one, or for the peer to finish.
/// Connections whose request has arrived when they are accepted, and that are closed after it, do without.
@EventLoop
final class FastCGIConnection: ReadinessHandler {
    enum State {
        /// A request has not fully arrived. Then `answering`; or closed when it is malformed or late.
        case reading
        /// A route has the request. Then `idle` or `lingering`; or closed.
        case answering
        /// Kept, and nothing has arrived. Then `reading` or `answering`; or closed: by the peer, for lack of use, or to
        /// make room.
        case idle
        /// Answered, but the peer is still sending what nobody wants. Then closed.
        case lingering(bytesLeft: Int)
    }

    let descriptor: Int32
    private(set) var state: State

    /// When the present state ends at the latest.
    private(set) var deadline = BootInstant.now

    private let server: FastCGIServer
    private var isRegistered = false

    private static let interest: Readiness = [.readable, .peerClosed, .edgeTriggered]
    private static let ending: Readiness = [.peerClosed, .hangUp, .error]
    private static let lingeringBytes = 1 << 20
    private static let lingeringTime = Duration.seconds(2)

    init(_ descriptor: Int32, _ state: State, server: FastCGIServer) {
        self.descriptor = descriptor
        self.state = state
        self.server = server
    }

    /// Waits for the rest of a request.
    func beginReading() {
        if case .reading = state, isRegistered { return }
        wait(in: .reading, for: server.configuration.requestDeadline)
    }

    /// A route has the request now.
    func beginAnswering() { state = .answering }

    /// The request is answered and the connection kept.
    func becomeIdle() { wait(in: .idle, for: server.configuration.idleLimit) }

    /// Ends our side and waits, within bounds, for the peer to end its own: closing with unread bytes would reset the
    /// connection, and the peer might lose the answer.
    func linger() {
        shutdown(descriptor, Int32(SHUT_WR))
        wait(in: .lingering(bytesLeft: Self.lingeringBytes), for: Self.lingeringTime)
    }

    /// What has arrived already is told at the loop's next turn: both calls look at the descriptor anew.
    private func wait(in state: State, for time: Duration) {
        self.state = state
        deadline = .now + time
        if isRegistered {
            Reactor.shared.change(descriptor, Self.interest)
        } else {
            isRegistered = true
            Reactor.shared.add(descriptor, Self.interest, self)
        }
    }

    func ready(_ readiness: Readiness) {
        switch state {
        case .answering:
            break
        case .reading, .idle:
            server.examine(self, peerHasClosed: !readiness.isDisjoint(with: Self.ending))
        case .lingering(let bytesLeft):
            discard(bytesLeft)
        }
    }

    /// The peer has not taken the previous answer: sending it another one could have to wait.
    var hasUnsentAnswer: Bool {
        if case .idle = state { authfcgi_unsent_bytes(descriptor) != 0 } else { false }
    }

    /// The state's time is over.
    func deadlinePassed() {
        switch state {
        case .reading: server.close(self, because: .timedOut)
        case .answering: break
        case .idle, .lingering: server.close(self, because: nil)
        }
    }

    private func discard(_ bytesLeft: Int) {
        var left = bytesLeft
        while left > 0 {
            let count = server.discardInput(of: descriptor)
            if count < 0, errno == EAGAIN || errno == EINTR {
                state = .lingering(bytesLeft: left)
                return
            }
            guard count > 0 else { break }
            left -= count
        }
        server.close(self, because: nil)
    }

    /// To be called before the descriptor is closed: nothing will be told any more.
    func forget() {
        guard isRegistered else { return }
        isRegistered = false
        Reactor.shared.forget(descriptor)
    }
}
