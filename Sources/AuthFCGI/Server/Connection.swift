internal import CLinux
internal import EventLoop
internal import Glibc

/// A connection that waits for its peer: for the rest of a request, for the next request, or for the peer to close.
/// A connection whose request has arrived when it is accepted, and that is closed after the response, needs no object.
@EventLoop
final class Connection: ReadinessHandler {
    let descriptor: Int32
    private(set) var state = ConnectionState()

    private let limits: ConnectionLimits
    /// nil once the connection is closed, which also ends the cycle of references with an owner that holds it.
    private var owner: (any ConnectionOwner)?
    private var isRegistered = false

    private static let interest: Readiness = [.readable, .peerClosed, .edgeTriggered]
    private static let ending: Readiness = [.peerClosed, .hangUp, .error]
    /// The memory for dropped bytes, shared by all connections.
    private static let dropped = InputBuffer(size: 64 * 1024)

    init(_ descriptor: Int32, limits: ConnectionLimits, owner: any ConnectionOwner) {
        self.descriptor = descriptor
        self.limits = limits
        self.owner = owner
    }

    /// Waits for the rest of a request.
    func beginReading() {
        if state.beginReading(at: .now, limits) { register() }
    }

    /// Called when a route has the request.
    func beginAnswering() { state.beginAnswering() }

    /// Waits for the next request.
    func becomeIdle() {
        state.becomeIdle(at: .now, limits)
        register()
    }

    /// Ends the sending direction and waits, within limits, for the peer to close: closing a socket with unread bytes
    /// resets the connection, and the peer might lose the response.
    func linger() {
        shutdown(descriptor, Int32(SHUT_WR))
        state.linger(at: .now)
        register()
    }

    /// Bytes that have arrived already are reported in the loop's next turn, because both calls make epoll check the
    /// descriptor again.
    private func register() {
        if isRegistered {
            Reactor.shared.change(descriptor, Self.interest)
        } else {
            isRegistered = true
            Reactor.shared.add(descriptor, Self.interest, self)
        }
    }

    func ready(_ readiness: Readiness) {
        switch state.phase {
        case .answering: break
        case .reading, .idle: owner?.examine(self, peerHasClosed: !readiness.isDisjoint(with: Self.ending))
        case .lingering: drop()
        }
    }

    /// True if the peer has not received the previous response completely: sending another one could block.
    var hasUnsentAnswer: Bool { state.phase == .idle && authfcgi_unsent_bytes(descriptor) != 0 }

    /// Reports to the owner if the deadline of the present state has passed.
    func expire(at now: BootInstant) {
        switch state.expiry(at: now) {
        case .request: owner?.end(self, because: .timedOut)
        case .connection: owner?.end(self, because: nil)
        case nil: break
        }
    }

    private func drop() {
        while let bytesLeft = state.bytesToDrop, bytesLeft > 0 {
            switch Self.dropped.discard(from: descriptor) {
            case .bytes(let count): state.drop(count)
            case .nothing: return
            case .ended:
                owner?.end(self, because: nil)
                return
            }
        }
        owner?.end(self, because: nil)
    }

    /// Ends all events and releases the owner. Called when the descriptor is about to be closed, or was just closed.
    func detach() {
        owner = nil
        guard isRegistered else { return }
        isRegistered = false
        Reactor.shared.forget(descriptor)
    }
}
