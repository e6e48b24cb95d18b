internal import CLinux
internal import EventLoop
internal import Glibc

/// A connection that waits for its peer: for the rest of a request, for the next request, for room to send, or for the peer
/// to close. A connection whose request has arrived when it is accepted, and that is closed after the response, needs no
/// object.
@EventLoop
final class Connection: ReadinessHandler {
    let descriptor: Int32
    private(set) var state = ConnectionState()
    /// The place among the idle connections, which ``IdleConnections`` alone changes.
    var idlePlace = IdleConnections.Place()

    private let limits: ConnectionLimits
    private let idle: IdleConnections
    /// nil once the connection is closed, which also ends the cycle of references with an owner that holds it.
    private var owner: (any ConnectionOwner)?
    private var isRegistered = false
    private var waitsForRoom = false
    /// What was reported while the connection waited for no request.
    private var news: Readiness = []

    private static let interest: Readiness = [.readable, .peerClosed, .edgeTriggered]
    private static let ending: Readiness = [.peerClosed, .hangUp, .error]
    /// The memory for dropped bytes, shared by all connections.
    private static let dropped = InputBuffer(size: 64 * 1024)

    init(_ descriptor: Int32, limits: ConnectionLimits, idle: IdleConnections, owner: any ConnectionOwner) {
        self.descriptor = descriptor
        self.limits = limits
        self.idle = idle
        self.owner = owner
    }

    // MARK: States

    /// Waits for the rest of a request.
    /// - Parameter hasReadAll: see ``becomeIdle(hasReadAll:)``.
    func beginReading(hasReadAll: Bool = false) {
        idle.remove(self)
        if state.beginReading(at: .now, limits) { register(unless: hasReadAll) }
    }

    /// Called when a route has the request.
    func beginAnswering() {
        idle.remove(self)
        state.beginAnswering()
    }

    /// Waits until the peer has received enough for more to be sent. More of it does not extend the deadline.
    func beginSending() {
        idle.remove(self)
        guard state.beginSending(at: .now, limits) else { return }
        waitsForRoom = true
        register()
    }

    /// Waits for the next request.
    /// - Parameter hasReadAll: true for a protocol that has read, not peeked at, all that has arrived, and has asked for
    ///   ``takeNews()``: only what arrives from now on is reported. Otherwise bytes that have arrived already are reported
    ///   in the loop's next turn.
    func becomeIdle(hasReadAll: Bool = false) {
        state.becomeIdle(at: .now, limits)
        idle.append(self)
        register(unless: hasReadAll)
    }

    /// Ends the sending direction and waits, within limits, for the peer to close: closing a socket with unread bytes
    /// resets the connection, and the peer might lose the response.
    func linger() {
        idle.remove(self)
        shutdown(descriptor, Int32(SHUT_WR))
        state.linger(at: .now)
        waitsForRoom = false
        register()
    }

    // MARK: Events

    /// - Parameter isUpToDate: true if nothing has to be reported again: then a connection that is registered stays as it
    ///   is, and no system call is needed.
    private func register(unless isUpToDate: Bool) {
        if isUpToDate, isRegistered, !waitsForRoom { return }
        waitsForRoom = false
        register()
    }

    /// Bytes that have arrived already are reported in the loop's next turn, because both calls make epoll check the
    /// descriptor again.
    private func register() {
        let interest = waitsForRoom ? Self.interest.union(.writable) : Self.interest
        if isRegistered {
            Reactor.shared.change(descriptor, interest)
        } else {
            isRegistered = true
            Reactor.shared.add(descriptor, interest, self)
        }
    }

    func ready(_ readiness: Readiness) {
        switch state.phase {
        case .answering: news.formUnion(readiness)
        case .reading, .idle: owner?.examine(self, peerHasClosed: !readiness.isDisjoint(with: Self.ending))
        case .sending:
            news.formUnion(readiness)
            owner?.sendMore(self)
        case .lingering: drop()
        }
    }

    /// Returns whether bytes, or the end of the peer's stream, may have arrived while a request was answered.
    func takeNews() -> Bool {
        defer { news = [] }
        return !news.isDisjoint(with: Self.ending.union(.readable))
    }

    /// Looks once more whether a request has arrived, before an idle connection is closed.
    func examineLast() { owner?.examine(self, peerHasClosed: false) }

    /// True if the peer has not received the previous response completely: sending another one could block.
    var hasUnsentAnswer: Bool { state.phase == .idle && authfcgi_unsent_bytes(descriptor) != 0 }

    /// Reports to the owner if the deadline of the present state has passed.
    func expire(at now: BootInstant) {
        switch state.expiry(at: now) {
        case .request: owner?.end(self, because: .timedOut)
        case .response: owner?.end(self, because: .notTaken)
        case .connection: owner?.end(self, because: nil)
        case nil: break
        }
    }

    /// Reports to the owner that the connection has to make room for another one.
    func giveWay() {
        switch state.phase {
        case .reading, .sending: owner?.end(self, because: .madeRoom)
        case .answering: break
        case .idle, .lingering: owner?.end(self, because: nil)
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
        idle.remove(self)
        owner = nil
        guard isRegistered else { return }
        isRegistered = false
        Reactor.shared.forget(descriptor)
    }
}
