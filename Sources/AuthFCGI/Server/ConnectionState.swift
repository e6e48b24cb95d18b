internal import EventLoop

/// The state of a ``Connection``: what it waits for, and until when. Pure; the time is passed in.
struct ConnectionState {
    enum Phase: Equatable {
        /// A request has not arrived completely. → answering; or closed, if it is malformed or late
        case reading
        /// A route has the request, or the connection has just been created. → reading, sending, idle, lingering; or
        /// closed
        case answering
        /// A response waits for room in the socket: the peer must receive some of it first. → idle, reading, answering,
        /// lingering; or closed, at the deadline
        case sending
        /// The connection is kept, and no byte of another request has arrived. → reading, answering; or closed: by the
        /// peer, at its deadline, or to make room
        case idle
        /// The response is sent, but the peer still sends a body that is not wanted. → closed, when the peer closes, at
        /// the deadline, or when no bytes are left
        case lingering(bytesLeft: Int)
    }

    /// What happens to a connection whose deadline has passed.
    enum Expiry: Equatable {
        /// The request is late.
        case request
        /// The peer does not take the response.
        case response
        /// The connection is not needed any more.
        case connection
    }

    private(set) var phase = Phase.answering
    /// The end of the present phase; nil if it has none.
    private(set) var deadline: BootInstant?

    /// The maximum number of bytes that are read and dropped while lingering.
    static let lingeringBytes = 1 << 20
    static let lingeringTime = Duration.seconds(2)

    /// The number of bytes that are still to be dropped; nil unless lingering.
    var bytesToDrop: Int? {
        if case .lingering(let bytesLeft) = phase { bytesLeft } else { nil }
    }

    /// Starts to wait for the rest of a request. More of it does not extend the deadline.
    /// - Returns: false if this was the state already.
    mutating func beginReading(at now: BootInstant, _ limits: ConnectionLimits) -> Bool {
        guard phase != .reading else { return false }
        phase = .reading
        deadline = now + limits.requestTimeout
        return true
    }

    mutating func beginAnswering() {
        phase = .answering
        deadline = nil
    }

    /// Starts to wait for room to send. Progress does not extend the deadline.
    /// - Returns: false if this was the state already.
    mutating func beginSending(at now: BootInstant, _ limits: ConnectionLimits) -> Bool {
        guard phase != .sending else { return false }
        phase = .sending
        deadline = now + limits.requestTimeout
        return true
    }

    mutating func becomeIdle(at now: BootInstant, _ limits: ConnectionLimits) {
        phase = .idle
        deadline = now + limits.idleTimeout
    }

    mutating func linger(at now: BootInstant) {
        phase = .lingering(bytesLeft: Self.lingeringBytes)
        deadline = now + Self.lingeringTime
    }

    /// Counts bytes that were dropped while lingering.
    mutating func drop(_ count: Int) {
        if let bytesToDrop { phase = .lingering(bytesLeft: max(0, bytesToDrop - count)) }
    }

    /// Returns what has expired at `now`; nil if the deadline has not passed.
    func expiry(at now: BootInstant) -> Expiry? {
        guard let deadline, deadline <= now else { return nil }
        switch phase {
        case .reading: return .request
        case .answering: return nil
        case .sending: return .response
        case .idle, .lingering: return .connection
        }
    }
}
