import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// The decisions of a command lane, without a server, a socket or a clock.
struct CommandQueueTests {
    static let deadline = Duration.seconds(5)
    let start = BootInstant(nanoseconds: 1_000_000_000)
    let serialization = PostgreSQLError.server(SQLState("40001"), "")
    let heldLock = PostgreSQLError.server(SQLState("55P03"), "")
    let readOnly = PostgreSQLError.server(SQLState("25006"), "")
    let gone = PostgreSQLError.connection("gone")
    var queue = CommandQueue(deadline: deadline)

    func time(_ seconds: Double) -> BootInstant { start + .seconds(seconds) }

    func command(
        _ id: Int, _ statement: String = "a", isIdempotent: Bool = false, isUrgent: Bool = false,
        of requester: Requester = Requester(), at seconds: Double = 0
    ) -> CommandQueue.Command {
        CommandQueue.Command(
            id, statement: statement, isIdempotent: isIdempotent, isUrgent: isUrgent, requester: requester,
            askedAt: time(seconds), deadline: time(seconds) + Self.deadline)
    }

    /// Opens the connection that the first command has asked for, at 0 s.
    mutating func open(keepsState: Bool = true) -> [CommandQueue.Action] {
        queue.opened(keepsState: keepsState, at: start)
        return queue.advance(at: start)
    }

    /// Has the first command, whose number is 1, at the server.
    mutating func run(isIdempotent: Bool = false, keepsState: Bool = false) {
        _ = queue.add(command(1, isIdempotent: isIdempotent))
        _ = open(keepsState: keepsState)
    }

    // MARK: The way of a command

    @Test mutating func `a connection is opened for the first command, and only one`() {
        #expect(queue.state == .disconnected)
        #expect(queue.add(command(1)) == [.connect])
        #expect(queue.state == .connecting)
        #expect(queue.add(command(2)) == [])
    }

    @Test mutating func `a statement is prepared once per connection, and run when the server is ready`() {
        _ = queue.add(command(1))
        #expect(open() == [.prepare(1)])
        #expect(queue.running == nil)
        #expect(queue.received(nil, at: start) == [])
        #expect(queue.serverIsReady(at: start) == [.markHealthy, .run(1, byName: true)])
        #expect(queue.running == 1)
        #expect(queue.received(nil, at: start) == [])
        #expect(queue.serverIsReady(at: start) == [.markHealthy, .answer(1, nil)])
        #expect(queue.add(command(2)) == [.run(2, byName: true)])
    }

    @Test mutating func `behind a pooler nothing is prepared`() {
        _ = queue.add(command(1))
        #expect(open(keepsState: false) == [.run(1, byName: false)])
    }

    @Test mutating func `nothing is sent over a connection that is closed at once`() {
        _ = queue.add(command(1))
        queue.opened(keepsState: true, at: start)
        #expect(queue.lost(gone, at: start) == [.reportLoss(gone), .disconnect, .connect])
        #expect(queue.advance(at: start) == [])
    }

    @Test mutating func `a result counts only when the server is ready for the next command`() {
        run()
        #expect(queue.received(nil, at: start) == [])
        #expect(queue.lost(gone, at: start) == [.answer(1, gone), .reportLoss(gone), .disconnect])
    }

    @Test mutating func `commands run one at a time in order, urgent ones first`() {
        run()
        for id in 2...3 { #expect(queue.add(command(id)) == []) }
        for id in 4...5 { #expect(queue.add(command(id, isUrgent: true)) == []) }
        #expect(order() == [1, 4, 5, 2, 3])
    }

    /// Runs all commands and returns their order.
    mutating func order() -> [Int] {
        var order: [Int] = []
        while let running = queue.running {
            order.append(running)
            _ = queue.received(nil, at: start)
            _ = queue.serverIsReady(at: start)
        }
        return order
    }

    @Test mutating func `networks take turns, and two urgent commands go before each other one`() {
        let (one, two) = (Requester(address: "192.0.2.1"), Requester(address: "192.0.2.2"))
        run()
        for id in 11...13 { _ = queue.add(command(id, of: one)) }
        for id in 14...16 { _ = queue.add(command(id, isUrgent: true, of: one)) }
        _ = queue.add(command(21, of: two))
        _ = queue.add(command(22, isUrgent: true, of: two))
        #expect(order() == [1, 14, 22, 11, 15, 16, 21, 12, 13])
    }

    @Test mutating func `a network may have half of the places`() {
        let (one, two) = (Requester(address: "192.0.2.1"), Requester(address: "192.0.2.2"))
        run()
        var refused = 0
        for id in 2..<1026 {
            if queue.add(command(id, of: one)) != [] { refused += 1 }
        }
        #expect(refused == 512)
        #expect(queue.add(command(2000, of: two)) == [])
        #expect(queue.add(command(2001, isUrgent: true, of: one)) == [], "what ends sessions is taken")
    }

    @Test mutating func `a statement's error is its result, and the connection stays`() {
        let error = PostgreSQLError.server(SQLState("23505"), "")
        run()
        _ = queue.add(command(2))
        #expect(queue.received(error, at: start) == [])
        #expect(queue.serverIsReady(at: start) == [.markHealthy, .answer(1, error), .run(2, byName: false)])
    }

    @Test mutating func `a statement that cannot be prepared fails with the reason`() {
        let error = PostgreSQLError.server(SQLState("42P01"), "")
        run(keepsState: true)
        #expect(queue.received(error, at: start) == [])
        #expect(queue.serverIsReady(at: start) == [.markHealthy, .answer(1, error)])
        #expect(queue.add(command(2)) == [.prepare(2)])
    }

    @Test mutating func `an unexpected result closes the connection`() {
        run()
        _ = queue.received(nil, at: start)
        _ = queue.serverIsReady(at: start)
        #expect(queue.received(nil, at: start) == [.disconnect])
        #expect(queue.state == .disconnected)
    }

    // MARK: Time

    @Test mutating func `a command that exceeds its deadline closes the connection`() {
        run(isIdempotent: true)
        #expect(queue.wakeAt == time(5))
        #expect(queue.tick(at: time(4.9)) == [])
        #expect(queue.tick(at: time(5)) == [.answer(1, .deadline), .reportLoss(.deadline), .disconnect])
    }

    @Test mutating func `the deadline counts from the first sending, including the preparation`() {
        _ = queue.add(command(1))
        queue.opened(keepsState: true, at: time(3))
        #expect(queue.advance(at: time(3)) == [.prepare(1)])
        #expect(queue.wakeAt == time(8))
        _ = queue.received(nil, at: time(6))
        _ = queue.serverIsReady(at: time(6))
        #expect(queue.wakeAt == time(8))
    }

    @Test mutating func `a command that waits too long fails, and the others stay`() {
        run()
        _ = queue.add(command(2, at: -4))
        _ = queue.add(command(3))
        #expect(queue.wakeAt == time(1))
        #expect(queue.tick(at: time(1)) == [.answer(2, .deadline)])
        #expect(queue.waiting.elements.map(\.id) == [3])
    }

    @Test mutating func `without a connection each command waits at most one second`() {
        _ = queue.add(command(1))
        _ = queue.add(command(2, isUrgent: true, at: 0.9))
        #expect(queue.couldNotConnect(gone, at: time(0.5)) == [.connect])
        #expect(queue.couldNotConnect(gone, at: time(1)) == [.answer(1, gone), .connect])
        #expect(queue.couldNotConnect(gone, at: time(2)) == [.answer(2, gone)])
        #expect(queue.state == .disconnected)
    }

    @Test mutating func `commands do not wait for an unusable database`() {
        _ = queue.add(command(1))
        #expect(queue.couldNotConnect(.unusable("so"), at: start) == [.answer(1, .unusable("so"))])
    }

    @Test mutating func `a connection that no command needs any more is not waited for`() {
        _ = queue.add(command(1))
        #expect(queue.tick(at: time(4.9)) == [])
        #expect(queue.tick(at: time(5)) == [.answer(1, .deadline), .stopConnecting])
        #expect(queue.state == .disconnected)
        #expect(queue.add(command(2, at: 6)) == [.connect])
    }

    @Test mutating func `after a standstill of this process deadlines begin anew`() {
        run()
        _ = queue.add(command(2))
        queue.stoodStill(until: time(7))
        #expect(queue.wakeAt == time(12))
        #expect(queue.tick(at: time(7)) == [])
        _ = queue.received(nil, at: time(7))
        queue.stoodStill(until: time(7))
        #expect(queue.serverIsReady(at: time(7)) == [.markHealthy, .answer(1, nil), .run(2, byName: false)])
        #expect(queue.tick(at: time(12)) == [.answer(2, .deadline), .reportLoss(.deadline), .disconnect])
    }

    @Test mutating func `a connection is closed after one idle minute`() {
        run()
        _ = queue.received(nil, at: time(2))
        _ = queue.serverIsReady(at: time(2))
        #expect(queue.wakeAt == time(62))
        #expect(queue.tick(at: time(61)) == [])
        #expect(queue.tick(at: time(62)) == [.disconnect])
        #expect(queue.state == .disconnected)
        #expect(queue.wakeAt == nil)
    }
}
