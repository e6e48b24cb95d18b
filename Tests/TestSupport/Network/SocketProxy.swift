import CLinux
import Glibc
import Synchronization

/// A proxy between a client and a server that forwards bytes and simulates network faults: `pause()` is a partition
/// (connections stay open and no bytes are forwarded), `cut()` a reset, `refuse()` a host that is down, `delay(_:)` a
/// slow path. Each takes effect before it returns.
package final class SocketProxy: Sendable {
    /// The direction of the traffic that a partition stops.
    package enum Flow: Sendable {
        case both, toServer, toClient
    }

    package let listening: Endpoint
    private let forwarder: Forwarder
    private let thread: JoinableThread

    /// Listens at `listening`, replacing an old socket file, and forwards to `server`.
    package init(listening: Endpoint, server: Endpoint) throws {
        self.listening = listening
        let forwarder = try Forwarder(listening: listening, server: server)
        self.forwarder = forwarder
        thread = JoinableThread { forwarder.run() }
    }

    /// Creates a proxy for a PostgreSQL server. `server.url(through: socketFolder)` leads to it.
    package convenience init(before server: PostgreSQLServer, socketFolder: String) throws {
        try self.init(listening: .unix("\(socketFolder)/.s.PGSQL.\(server.port)"), server: server.endpoint)
    }

    deinit {
        forwarder.stop()
        thread.join()
    }

    /// The number of connections at present, and the number of all so far.
    package var connectionCount: Int { forwarder.state.withLock { $0.links.count } }
    package var acceptedCount: Int { forwarder.state.withLock { $0.acceptedCount } }
    package var isPaused: Bool { forwarder.state.withLock { $0.pausedFlow != nil } }

    /// Stops forwarding, including the ends of streams. New connections are not refused but get no response.
    package func pause(_ flow: Flow = .both) {
        forwarder.change { $0.pausedFlow = flow }
    }

    /// Ends a pause. The bytes that were held back are forwarded in order.
    package func resume() {
        forwarder.change { $0.pausedFlow = nil }
    }

    /// Loses all packets of new connections, and of those there are, from now on until `deliver()`. These connections never
    /// recover: as after a firewall that has forgotten them, or as if retransmissions came too late.
    ///
    /// - Parameter existing: false to lose new connections alone.
    package func lose(existing: Bool = true) {
        forwarder.change { state in
            state.loses = true
            for index in state.links.indices where existing { state.links[index].isLost = true }
        }
    }

    /// Ends `lose()`: connections that are made from now on work.
    package func deliver() {
        forwarder.change { $0.loses = false }
    }

    /// Closes all connections. New ones are accepted as before.
    package func cut() {
        forwarder.change { state in
            for link in state.links { link.cut() }
            state.links = []
        }
    }

    /// Refuses new connections. Existing ones stay open.
    package func refuse() {
        forwarder.change { state in
            // Closing is not enough: the poll in progress keeps the socket open.
            if let listener = state.listener { shutdown(listener.number, Int32(SHUT_RDWR)) }
            state.listener = nil
        }
    }

    /// Accepts new connections again after `refuse()`.
    package func accept() throws {
        let listener = try listening.makeListener()
        forwarder.change { $0.listener = listener }
    }

    /// Delays all bytes from now on, in each direction. Zero ends the delay.
    package func delay(_ delay: Duration) {
        forwarder.change { $0.delay = delay }
    }
}

extension SocketProxy {
    /// The loop on the proxy's own thread. Everything except poll runs with the state locked, so that a change is
    /// effective immediately.
    private final class Forwarder: Sendable {
        struct State {
            var listener: Descriptor?
            var links: [ProxyLink] = []
            var pausedFlow: Flow?
            var loses = false
            var delay = Duration.zero
            var isStopping = false
            var acceptedCount = 0
        }

        let state: Mutex<State>
        private let server: Endpoint
        private let wakeUp: Descriptor

        init(listening: Endpoint, server: Endpoint) throws {
            self.server = server
            let flags = Int32(EFD_CLOEXEC | EFD_NONBLOCK)
            wakeUp = try Descriptor(checking: eventfd(0, flags), "eventfd")
            state = Mutex(State(listener: try listening.makeListener()))
        }

        func change(_ body: (inout State) -> Void) {
            state.withLock { state in
                body(&state)
                for index in state.links.indices { Self.apply(state.pausedFlow, to: &state.links[index]) }
            }
            wake()
        }

        func stop() {
            change { $0.isStopping = true }
        }

        func run() {
            while let (entries, timeout) = prepare() {
                var entries = entries
                unsafe poll(&entries, nfds_t(entries.count), timeout)
                turn()
            }
        }

        /// Returns the entries for poll, or nil if the loop is to end. The polled descriptors are not kept open: one
        /// that is closed during poll costs one unnecessary iteration.
        private func prepare() -> (entries: [pollfd], timeout: Int32)? {
            state.withLock { state in
                if state.isStopping {
                    state.links = []
                    state.listener = nil
                    return nil
                }
                var entries = [pollfd(fd: wakeUp.number, events: Int16(POLLIN), revents: 0)]
                if let listener = state.listener, state.pausedFlow == nil {
                    entries.append(pollfd(fd: listener.number, events: Int16(POLLIN), revents: 0))
                }
                entries += state.links.flatMap(\.entries)
                let now = ContinuousClock.now
                let next = state.links.compactMap { $0.wakeUp(after: now) }.min()
                return (entries, next.map { Deadline(within: $0 - now).pollTimeout } ?? -1)
            }
        }

        private func turn() {
            var count: UInt64 = 0
            unsafe eventfd_read(wakeUp.number, &count)
            state.withLock { state in
                let now = ContinuousClock.now
                if let listener = state.listener, state.pausedFlow == nil { acceptAll(listener, &state) }
                let delay = state.delay
                var kept: [ProxyLink] = []
                for var link in state.links where link.pump(delay: delay, now: now) { kept.append(link) }
                state.links = kept
            }
        }

        private func acceptAll(_ listener: Descriptor, _ state: inout State) {
            let flags = Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
            while true {
                let number = accept4(listener.number, nil, nil, flags)
                guard number >= 0 else { return }
                let client = Descriptor(owning: number)
                state.acceptedCount += 1
                // An unreachable server closes the client's connection, which is the closest a proxy can get.
                guard let server = try? server.connect(until: Deadline(within: .milliseconds(200))) else { continue }
                var link = ProxyLink(client: client, server: server)
                link.isLost = state.loses
                Self.apply(state.pausedFlow, to: &link)
                state.links.append(link)
            }
        }

        private func wake() {
            eventfd_write(wakeUp.number, 1)
        }

        private static func apply(_ flow: Flow?, to link: inout ProxyLink) {
            link.toServer.isPaused = link.isLost || flow == .both || flow == .toServer
            link.toClient.isPaused = link.isLost || flow == .both || flow == .toClient
        }
    }
}
