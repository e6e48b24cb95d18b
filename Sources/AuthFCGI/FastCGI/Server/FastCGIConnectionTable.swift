internal import EventLoop

/// The connections that wait for their peer, or have, and their deadlines: one timer for all of them, since they are
/// many and short-lived and none needs to be exact.
@EventLoop
final class FastCGIConnectionTable {
    private var connections: [Int32: FastCGIConnection] = [:]
    private var isSweeping = false

    private static let interval = Duration.milliseconds(250)

    /// How many may be about to send a request.
    var readingCount: Int {
        connections.values.reduce(0) { count, connection in
            if case .reading = connection.state { count + 1 } else { count }
        }
    }

    /// Those that are kept without a request.
    var idle: [FastCGIConnection] {
        connections.values.filter { if case .idle = $0.state { true } else { false } }
    }

    func add(_ connection: FastCGIConnection) {
        connections[connection.descriptor] = connection
        if !isSweeping { scheduleSweep() }
    }

    func remove(_ connection: FastCGIConnection) { connections[connection.descriptor] = nil }

    private func scheduleSweep() {
        isSweeping = true
        Reactor.shared.schedule(after: Self.interval) { self.sweep() }
    }

    private func sweep() {
        let now = BootInstant.now
        for connection in connections.values where connection.deadline <= now { connection.deadlinePassed() }
        isSweeping = false
        if !connections.isEmpty { scheduleSweep() }
    }
}
