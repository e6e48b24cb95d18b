import EventLoop
import Glibc
import Testing

@testable import AuthFCGI

@EventLoop
@Suite struct ServerTests {
    /// Keeps all connections open without reading from them.
    private final class Handler: ConnectionHandler, ConnectionOwner {
        let faultLog: ConnectionFaultLog
        let table: ConnectionTable
        let makesIdle: Bool
        var accepted: [Int32] = []
        var count = 0
        var batches = 0

        init(_ table: ConnectionTable, _ effects: EffectLog, makesIdle: Bool = false) {
            self.table = table
            self.makesIdle = makesIdle
            faultLog = ConnectionFaultLog(protocolName: "X", log: effects.logger)
        }

        func accepted(_ descriptor: Int32) {
            accepted.append(descriptor)
            count += 1
            if makesIdle { table.add(descriptor, owner: self).becomeIdle() }
        }

        func acceptedBatch() { batches += 1 }
        func examine(_ connection: Connection, peerHasClosed: Bool) {}
        func end(_ connection: Connection, because fault: ConnectionFault?) { table.close(connection) }

        func closeFirst() { table.close(accepted.removeFirst()) }
    }

    private let effects = EffectLog()

    private func server(
        _ maximum: Int = 100, peers: Set<UInt32>? = nil, makesIdle: Bool = false
    ) -> (Server, Handler) {
        let limits = ConnectionLimits(maxConnections: maximum)
        let server = Server(limits: limits, allowedPeers: peers, log: effects.logger)
        return (server, Handler(server.connections, effects, makesIdle: makesIdle))
    }

    /// Drains the server, so that no socket of this test is left on the loop.
    private func end(_ server: Server, _ handler: Handler) {
        var isIdle = false
        server.drain { isIdle = true }
        #expect(isIdle && server.isDraining)
        if !handler.makesIdle { while !handler.accepted.isEmpty { handler.closeFirst() } }
    }

    @Test func `connections go to the handler of their socket`() async throws {
        let (server, first) = server()
        let second = Handler(first.table, effects)
        let (one, other) = (try TestListener(), try TestListener())
        server.listen(on: one.socket, for: first)
        server.listen(on: other.socket, for: second)
        let clients = try [one.connect(), other.connect(), other.connect()]
        try await eventuallyOnLoop("all are accepted") { first.accepted.count + second.accepted.count == 3 }
        #expect(first.accepted.count == 1 && second.accepted.count == 2)
        #expect(first.batches > 0 && second.batches > 0)
        #expect(!clients.contains { $0.isEnded })
        end(server, first)
        while !second.accepted.isEmpty { second.closeFirst() }
    }

    @Test func `a peer of another user is closed, and logged`() async throws {
        for (peers, isAllowed) in [([getuid()], true), ([getuid() + 1], false), ([], false)] as [(Set<UInt32>, Bool)] {
            let (server, handler) = server(peers: peers)
            let listening = try TestListener()
            server.listen(on: listening.socket, for: handler)
            let client = try listening.connect()
            try await eventuallyOnLoop("it is accepted or closed") { handler.accepted.count == 1 || client.isEnded }
            #expect(handler.accepted.count == (isAllowed ? 1 : 0))
            #expect(client.isEnded != isAllowed)
            end(server, handler)
        }
        let line = "warning: X connection closed: peer of a user that is not allowed uid=\(getuid())"
        #expect(effects.logged == [line, line])
    }

    @Test func `at the limit accepting pauses until a connection closes`() async throws {
        let (server, handler) = server(2)
        let listening = try TestListener()
        server.listen(on: listening.socket, for: handler)
        let clients = try (0..<4).map { _ in try listening.connect() }
        try await eventuallyOnLoop("two are accepted") { handler.accepted.count == 2 }
        await Reactor.shared.sleep(for: .milliseconds(20))
        #expect(handler.accepted.count == 2)
        handler.closeFirst()
        try await eventuallyOnLoop("the third is accepted") { handler.accepted.count == 2 }
        handler.closeFirst()
        try await eventuallyOnLoop("the fourth is accepted") { handler.accepted.count == 2 }
        #expect(clients.map(\.isEnded) == [true, true, false, false])
        let line = "warning: connection limit of 2 reached: not accepting until some close"
        #expect(effects.logged == [line + " condition=connection_limit state=begins"])
        end(server, handler)
    }

    @Test func `at the limit a connection that is idle makes room`() async throws {
        let (server, handler) = server(2, makesIdle: true)
        let listening = try TestListener()
        server.listen(on: listening.socket, for: handler)
        let clients = try (0..<4).map { _ in try listening.connect() }
        try await eventuallyOnLoop("all are accepted") { handler.accepted.count == 4 }
        // The last place is reserved for the next connection.
        #expect(clients.map(\.isEnded) == [true, true, true, false])
        #expect(effects.logged.isEmpty)
        end(server, handler)
        #expect(clients.allSatisfy { $0.isEnded })
    }

    @Test func `a drain accepts what is queued and closes the sockets`() throws {
        let (server, handler) = server(1000)
        let listening = try TestListener()
        server.listen(on: listening.socket, for: handler)
        let clients = try (0..<200).map { _ in try listening.connect() }
        #expect(handler.accepted.isEmpty)
        end(server, handler)
        #expect(handler.count == 200 && handler.batches >= 4)
        #expect(clients.allSatisfy { $0.isEnded })
        #expect((try? listening.connect()) == nil)
        var calls = 0
        server.drain { calls += 1 }
        #expect(calls == 0)
    }
}
