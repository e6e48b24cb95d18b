import EventLoop
import Testing

@testable import AuthFCGI

@EventLoop
@Suite struct ConnectionTableTests {
    /// Closes connections on request of the table, like a handler.
    private final class Owner: ConnectionOwner {
        let table: ConnectionTable
        var examined = 0
        var onExamine: (@EventLoop (Connection) -> Void)?
        var peerHasClosed = false
        var ended: [ConnectionFault?] = []

        init(_ table: ConnectionTable) {
            self.table = table
        }

        func examine(_ connection: Connection, peerHasClosed: Bool) {
            examined += 1
            self.peerHasClosed = peerHasClosed
            onExamine?(connection)
        }

        func end(_ connection: Connection, because fault: ConnectionFault?) {
            ended.append(fault)
            table.close(connection)
        }
    }

    @EventLoop
    private final class Count {
        var value = 0
    }

    private func table(
        _ limits: ConnectionLimits = ConnectionLimits(), onClose: @escaping @EventLoop () -> Void = {}
    ) -> (ConnectionTable, Owner) {
        let table = ConnectionTable(limits: limits, onClose: onClose)
        return (table, Owner(table))
    }

    private func open(_ pair: SocketPair, _ table: ConnectionTable, _ owner: Owner) -> Connection {
        table.opened()
        return table.add(pair.ours, owner: owner)
    }

    // MARK: Without connection objects and sockets

    @Test func `a drain ends once, with the last request`() {
        let (table, _) = table()
        let idle = Count()
        for _ in 0..<2 {
            table.opened()
            table.requestBegan()
        }
        table.drain { idle.value += 1 }
        #expect(table.isDraining && idle.value == 0)
        for requestsLeft in [1, 0] {
            table.closed(nil)
            #expect(idle.value == 0)
            table.requestEnded()
            #expect(idle.value == (requestsLeft == 0 ? 1 : 0))
        }
        table.opened()
        table.closed(nil)
        #expect(idle.value == 1)
    }

    @Test func `a drain without a request ends at once`() {
        let (table, _) = table()
        let idle = Count()
        table.drain { idle.value += 1 }
        #expect(idle.value == 1)
    }

    @Test func `the limit counts connections of every kind, and each close is reported`() {
        let closes = Count()
        let (table, _) = table(ConnectionLimits(maxConnections: 2)) { closes.value += 1 }
        table.opened()
        #expect(table.mayOpen)
        table.opened()
        #expect(!table.mayOpen)
        table.makeRoom()
        #expect(!table.mayOpen && closes.value == 0)
        table.closed(nil)
        #expect(table.mayOpen && closes.value == 1)
    }

    // MARK: With sockets

    @Test func `the connection that is idle for the longest time makes room`() throws {
        let (table, owner) = table(ConnectionLimits(maxConnections: 3))
        let pairs = try (0..<3).map { _ in try SocketPair() }
        let connections = pairs.map { open($0, table, owner) }
        connections[1].becomeIdle()
        connections[0].becomeIdle()
        connections[2].beginReading()
        #expect(table.mayOpen)
        table.makeRoom()
        #expect(pairs.map(\.isEnded) == [false, true, false])
        table.makeRoom()
        #expect(pairs.map(\.isEnded) == [false, true, false])
        table.opened()
        table.makeRoom()
        #expect(pairs.map(\.isEnded) == [true, true, false])
        table.closed(nil)
        table.close(connections[2])
        #expect(owner.ended.isEmpty)
    }

    @Test func `among many idle connections the oldest makes room, in whatever order they were used`() throws {
        let (table, owner) = table(ConnectionLimits(maxConnections: 100))
        let pairs = try (0..<100).map { _ in try SocketPair() }
        let connections = pairs.map { open($0, table, owner) }
        for connection in connections { connection.becomeIdle() }
        // The order is now 1, 3, …, 99, 0, 2, …, 98.
        for number in stride(from: 0, to: 100, by: 2) {
            connections[number].beginAnswering()
            connections[number].becomeIdle(hasReadAll: true)
        }
        let order = Array(stride(from: 1, to: 100, by: 2)) + Array(stride(from: 0, to: 100, by: 2))
        for number in order {
            #expect(!pairs[number].isEnded)
            table.makeRoom()
            #expect(pairs[number].isEnded)
            table.opened()
        }
        #expect(!table.mayOpen)
        for _ in order { table.closed(nil) }
    }

    @Test func `before a connection is closed to make room, a request on it is looked for`() throws {
        let (table, owner) = table(ConnectionLimits(maxConnections: 2))
        let pairs = try (0..<2).map { _ in try SocketPair() }
        let connections = pairs.map { open($0, table, owner) }
        for connection in connections { connection.becomeIdle() }
        owner.onExamine = { connection in if connection === connections[0] { connection.beginAnswering() } }
        table.makeRoom()
        #expect(owner.examined == 2 && pairs.map(\.isEnded) == [false, true])
        table.close(connections[0])
    }

    @Test func `where slow peers make room, the slowest does before any idle connection`() throws {
        let (table, owner) = table(ConnectionLimits(maxConnections: 3, givesUpSlowPeers: true))
        let pairs = try (0..<3).map { _ in try SocketPair() }
        let connections = pairs.map { open($0, table, owner) }
        connections[0].becomeIdle()
        connections[1].beginReading()
        connections[2].beginReading()
        table.makeRoom()
        #expect(pairs.map(\.isEnded) == [false, true, false])
        #expect(owner.ended == [.madeRoom])
        // The rest of the other request has arrived.
        owner.onExamine = { connection in if connection === connections[2] { connection.beginAnswering() } }
        table.opened()
        table.makeRoom()
        #expect(pairs.map(\.isEnded) == [true, true, false])
        #expect(owner.ended == [.madeRoom])
        table.opened()
        #expect(!table.mayOpen)
        owner.onExamine = nil
        connections[2].beginReading()
        #expect(table.mayOpen)
        table.makeRoom()
        #expect(pairs[2].isEnded && owner.ended == [.madeRoom, .madeRoom])
        for _ in 0..<2 { table.closed(nil) }
    }

    @Test func `a drain closes idle connections and waits for what has begun to arrive`() throws {
        let (table, owner) = table()
        let idle = Count()
        let pairs = try (0..<3).map { _ in try SocketPair() }
        let connections = pairs.map { open($0, table, owner) }
        connections[0].becomeIdle()
        connections[1].beginReading()
        connections[2].beginAnswering()
        table.requestBegan()
        table.drain { idle.value += 1 }
        #expect(pairs.map(\.isEnded) == [true, false, false])
        table.close(connections[1])
        #expect(idle.value == 0)
        table.close(connections[2])
        table.requestEnded()
        #expect(idle.value == 1)
        #expect(pairs.allSatisfy { $0.isEnded })
    }

    @Test func `late requests are faults, and idle connections just end`() async throws {
        let short = Duration.milliseconds(1)
        let (table, owner) = table(ConnectionLimits(requestTimeout: short, idleTimeout: short))
        let (reading, idle, answering) = (try SocketPair(), try SocketPair(), try SocketPair())
        open(reading, table, owner).beginReading()
        try await eventuallyOnLoop("the request is late") { reading.isEnded }
        #expect(owner.ended == [.timedOut])
        open(idle, table, owner).becomeIdle()
        let held = open(answering, table, owner)
        held.beginAnswering()
        try await eventuallyOnLoop("the connection expires") { idle.isEnded }
        #expect(owner.ended == [.timedOut, nil])
        #expect(!answering.isEnded)
        table.close(held)
    }

    @Test func `what arrives is reported while a request is waited for, and never once it is closed`() async throws {
        let (table, owner) = table()
        let pair = try SocketPair()
        let connection = open(pair, table, owner)
        pair.send([1])
        connection.beginReading()
        try await eventuallyOnLoop("the byte is reported") { owner.examined == 1 }
        #expect(!owner.peerHasClosed)
        connection.beginAnswering()
        pair.send([2])
        await Reactor.shared.sleep(for: .milliseconds(20))
        #expect(owner.examined == 1)
        connection.becomeIdle()
        try await eventuallyOnLoop("the next byte is reported") { owner.examined == 2 }
        pair.endSending()
        try await eventuallyOnLoop("the end is reported") { owner.peerHasClosed }
        table.close(connection)
        connection.ready(.readable)
        connection.expire(at: .now + .seconds(1000))
        #expect(owner.ended.isEmpty && owner.examined == 3)
    }

    @Test func `a lingering connection drops what arrives until the peer closes or has sent too much`() async throws {
        for peerCloses in [true, false] {
            let (table, owner) = table()
            let pair = try SocketPair()
            let part = [UInt8](repeating: 65, count: 100_000)
            open(pair, table, owner).linger()
            #expect(pair.isEnded)  // our sending direction
            var sent = 0
            try await eventuallyOnLoop("it is closed") {
                if sent < (peerCloses ? 500_000 : 2_000_000) { sent += pair.send(part) } else { pair.endSending() }
                return !owner.ended.isEmpty
            }
            #expect(owner.ended == [nil])
            #expect((peerCloses ? 500_000...600_000 : 1_048_576...1_900_000).contains(sent))
        }
    }
}
