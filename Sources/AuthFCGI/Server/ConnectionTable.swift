internal import EventLoop
internal import Glibc

/// The open connections of a worker, of all protocols: their number and its limit, the requests in flight, the deadlines,
/// and the drain.
///
/// Only connections that wait for their peer have a ``Connection``, but all are counted.
@EventLoop
final class ConnectionTable {
    let limits: ConnectionLimits

    /// True once ``drain(onIdle:)`` was called: no connection is kept for another request.
    private(set) var isDraining = false

    private let onClose: @EventLoop () -> Void
    private var connections: [Int32: Connection] = [:]
    private let idle = IdleConnections()
    /// The number of open connections.
    private(set) var openCount = 0
    /// The number of connections so far.
    private(set) var totalCount = 0
    /// The number of requests in flight.
    private(set) var requestCount = 0
    private var onIdle: (@EventLoop () -> Void)?
    private var isSweeping = false

    /// One timer serves all connections, which are many and short-lived; no deadline needs to be exact.
    private static let sweepInterval = Duration.milliseconds(250)

    /// - Parameter onClose: called after each connection that is closed.
    init(limits: ConnectionLimits, onClose: @escaping @EventLoop () -> Void) {
        self.limits = limits
        self.onClose = onClose
    }

    // MARK: Opening and closing

    /// Counts a connection that was accepted. Its end must be reported by `close` or ``closed(_:)``.
    func opened() {
        openCount += 1
        totalCount += 1
    }

    /// Makes the object of an open connection that has to wait.
    func add(_ descriptor: Int32, owner: any ConnectionOwner) -> Connection {
        let connection = Connection(descriptor, limits: limits, idle: idle, owner: owner)
        connections[descriptor] = connection
        if !isSweeping { scheduleSweep() }
        return connection
    }

    /// Closes a connection without an object.
    func close(_ descriptor: Int32) {
        Glibc.close(descriptor)
        closed(nil)
    }

    func close(_ connection: Connection) {
        connection.detach()
        Glibc.close(connection.descriptor)
        closed(connection)
    }

    /// Counts a connection whose descriptor was closed elsewhere.
    /// - Parameter connection: its object, if it has one.
    func closed(_ connection: Connection?) {
        if let connection {
            connection.detach()
            connections[connection.descriptor] = nil
        }
        openCount -= 1
        onClose()
        reportIfIdle()
    }

    // MARK: Limit

    /// Closes the connection that is idle for the longest time, if the limit is reached and there is one. If the limits say
    /// so, the one of the slowest peer is closed before.
    func makeRoom() {
        if limits.givesUpSlowPeers, giveUpSlowest() { return }
        for _ in 0..<Self.lastLooks {
            guard openCount >= limits.maxConnections, let oldest = idle.oldest else { return }
            // A request that has just arrived is answered: then another connection is the oldest.
            oldest.examineLast()
            if idle.oldest === oldest { return close(oldest) }
        }
        if openCount >= limits.maxConnections, let oldest = idle.oldest { close(oldest) }
    }

    /// The maximum number of idle connections that are looked at, to find one to close.
    private static let lastLooks = 16

    /// True if another connection may be opened, after ``makeRoom()``.
    var mayOpen: Bool {
        openCount < limits.maxConnections || idle.oldest != nil || limits.givesUpSlowPeers && slowest != nil
    }

    /// Closes the connection of the slowest peer, if the limit is reached and there is one.
    /// - Returns: True if one was closed.
    private func giveUpSlowest() -> Bool {
        for _ in 0..<Self.lastLooks {
            guard openCount >= limits.maxConnections, let found = slowest else { return false }
            // A request whose rest has just arrived is answered: then another peer is the slowest.
            found.examineLast()
            guard slowest === found else { continue }
            found.giveWay()
            return true
        }
        return false
    }

    /// The connection whose deadline within a request or a response is the next; nil if there is none. Takes time for each
    /// connection: for servers of few.
    private var slowest: Connection? {
        var slowest: (connection: Connection, deadline: BootInstant)?
        for connection in connections.values {
            switch connection.state.phase {
            case .answering, .idle: continue
            case .reading, .sending, .lingering: break
            }
            guard let deadline = connection.state.deadline else { continue }
            if let earlier = slowest, earlier.deadline <= deadline { continue }
            slowest = (connection, deadline)
        }
        return slowest?.connection
    }

    // MARK: Requests

    /// Counts a request that a route has.
    func requestBegan() { requestCount += 1 }

    /// Counts a request whose response is sent, or that is dropped. The state of its connection must be updated before.
    func requestEnded() {
        requestCount -= 1
        reportIfIdle()
    }

    // MARK: Drain

    /// Closes kept connections without a request. Requests that have begun to arrive are still answered, also those that
    /// have arrived on a kept connection a moment ago.
    /// - Parameter onIdle: called once, when no request is left.
    func drain(onIdle: @escaping @EventLoop () -> Void) {
        isDraining = true
        self.onIdle = onIdle
        for connection in connections.values where connection.state.phase == .idle {
            connection.examineLast()
            guard connections[connection.descriptor] === connection, connection.state.phase == .idle else { continue }
            close(connection)
        }
        reportIfIdle()
    }

    private func reportIfIdle() {
        guard isDraining, let onIdle, requestCount == 0,
            !connections.values.contains(where: { $0.state.phase == .reading })
        else { return }
        self.onIdle = nil
        onIdle()
    }

    // MARK: Deadlines

    private func scheduleSweep() {
        isSweeping = true
        Reactor.shared.schedule(after: Self.sweepInterval) { self.sweep() }
    }

    private func sweep() {
        let now = BootInstant.now
        for connection in connections.values { connection.expire(at: now) }
        isSweeping = false
        if !connections.isEmpty { scheduleSweep() }
    }
}
