import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// The decisions of a command lane, without a server, a socket or a clock.
struct CommandQueueTests {
    private static let deadline = Duration.seconds(5)
    private let start = BootInstant(nanoseconds: 1_000_000_000)
    private let serialization = PostgreSQLError.server(SQLState("40001"), "")
    private let readOnly = PostgreSQLError.server(SQLState("25006"), "")
    private let gone = PostgreSQLError.connection("gone")
    private var queue = CommandQueue(deadline: deadline)

    private func time(_ seconds: Double) -> BootInstant { start + .seconds(seconds) }

    private func command(
        _ id: Int, _ statement: String = "a", isIdempotent: Bool = false, isUrgent: Bool = false,
        of requester: Requester = Requester(), at seconds: Double = 0
    ) -> CommandQueue.Command {
        CommandQueue.Command(
            id, statement: statement, isIdempotent: isIdempotent, isUrgent: isUrgent, requester: requester,
            askedAt: time(seconds), deadline: time(seconds) + Self.deadline)
    }

    /// Opens the connection that the first command has asked for, at 0 s.
    private mutating func open(keepsState: Bool = true) -> [CommandQueue.Action] {
        queue.opened(keepsState: keepsState, at: start)
        return queue.advance(at: start)
    }

    /// Has the first command, whose number is 1, at the server.
    private mutating func run(isIdempotent: Bool = false, keepsState: Bool = false) {
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
    private mutating func order() -> [Int] {
        var order: [Int] = []
        while let running = queue.running {
            order.append(running)
            _ = queue.received(nil, at: start)
            _ = queue.serverIsReady(at: start)
        }
        return order
    }

    @Test mutating func `networks take turns, and urgent commands go first in each round`() {
        let (one, two) = (Requester(address: "192.0.2.1"), Requester(address: "192.0.2.2"))
        run()
        for id in 11...13 { _ = queue.add(command(id, of: one)) }
        for id in 14...16 { _ = queue.add(command(id, isUrgent: true, of: one)) }
        _ = queue.add(command(21, of: two))
        _ = queue.add(command(22, isUrgent: true, of: two))
        #expect(order() == [1, 14, 22, 11, 21, 15, 12, 16, 13])
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

    // MARK: Sending again

    @Test mutating func `an idempotent command is repeated once after a lost connection`() {
        run(isIdempotent: true)
        #expect(queue.lost(gone, at: start) == [.reportLoss(gone), .disconnect, .connect])
        #expect(open(keepsState: false) == [.run(1, byName: false)])
        #expect(queue.lost(gone, at: start) == [.answer(1, gone), .reportLoss(gone), .disconnect])
    }

    @Test mutating func `a command that was only prepared is always sent again`() {
        run(keepsState: true)
        #expect(queue.lost(gone, at: start) == [.reportLoss(gone), .disconnect, .connect])
        // Another connection knows nothing of what was prepared.
        #expect(open() == [.prepare(1)])
    }

    @Test mutating func `a command refused because of the wrong server is always sent again`() {
        let error = PostgreSQLError.server(.undefinedStatement, "")
        run()
        #expect(queue.received(error, at: start) == [.reportLoss(error), .disconnect, .connect])
    }

    @Test mutating func `a command that may have run is not sent again unless it is idempotent`() {
        run()
        #expect(queue.lost(gone, at: start) == [.answer(1, gone), .reportLoss(gone), .disconnect])
    }

    @Test mutating func `a repeated command keeps its place before urgent ones`() {
        run(isIdempotent: true)
        _ = queue.add(command(2))
        _ = queue.lost(gone, at: start)
        _ = queue.add(command(3, isUrgent: true))
        #expect(queue.waiting.elements.map(\.id) == [1, 3, 2])
    }

    @Test mutating func `an idempotent command is repeated at once, and once, after a serialization failure`() {
        run(isIdempotent: true)
        _ = queue.received(serialization, at: start)
        #expect(queue.serverIsReady(at: start) == [.markHealthy, .run(1, byName: false)])
        _ = queue.received(serialization, at: start)
        #expect(queue.serverIsReady(at: start) == [.markHealthy, .answer(1, serialization)])
    }

    @Test mutating func `a command that is not idempotent is not repeated`() {
        run()
        _ = queue.received(serialization, at: start)
        #expect(queue.serverIsReady(at: start) == [.markHealthy, .answer(1, serialization)])
    }

    // MARK: A server that takes no changes

    @Test mutating func `read-only right after connecting is the result, since the server was just the primary`() {
        run(isIdempotent: true)
        #expect(queue.received(readOnly, at: time(0.9)) == [])
        #expect(queue.serverIsReady(at: time(0.9)) == [.markHealthy, .answer(1, readOnly)])
    }

    @Test mutating func `read-only later leads to a new connection without delay, since the server may be demoted`() {
        run()
        #expect(queue.received(readOnly, at: time(1)) == [.disconnect, .connect])
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

    // MARK: Ends

    @Test mutating func `an idle connection that the server closes causes no failure`() {
        run()
        #expect(queue.hungUp(at: start) == [])
        _ = queue.received(nil, at: start)
        _ = queue.serverIsReady(at: start)
        #expect(queue.hungUp(at: start) == [.disconnect])
    }

    @Test mutating func `a closed lane fails all commands and accepts no more`() {
        run()
        _ = queue.add(command(2))
        let closed = PostgreSQLError.connection("the store was closed")
        #expect(queue.close() == [.disconnect, .answer(1, closed), .answer(2, closed)])
        guard case .answer(3, .some) = queue.add(command(3)).first else {
            Issue.record("a closed lane refuses")
            return
        }
        queue.opened(keepsState: true, at: start)
        #expect(queue.state == .closed)
        #expect(queue.couldNotConnect(gone, at: start) == [])
        #expect(queue.wakeAt == nil)
    }

    @Test mutating func `commands beyond the queue's limit are refused`() {
        for id in 0..<CommandQueue.maxWaiting { _ = queue.add(command(id)) }
        guard case .answer(-1, .some) = queue.add(command(-1)).first else {
            Issue.record("the queue is full")
            return
        }
        #expect(queue.waiting.count == CommandQueue.maxWaiting)
        // But not what ends sessions.
        #expect(queue.add(command(-2, isUrgent: true)) == [])
        #expect(queue.waiting.elements.map(\.id).first == -2)
    }

    @Test mutating func `each command is answered exactly once under random events`() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            queue = CommandQueue(deadline: Self.deadline)
            var (asked, answered, seconds) = (0, [Int](), 0.0)
            for _ in 0..<100 {
                seconds += Double.random(in: 0...2, using: &random)
                let now = time(seconds)
                let actions: [CommandQueue.Action]
                switch Int.random(in: 0..<10, using: &random) {
                case 0...2:
                    asked += 1
                    actions = queue.add(
                        command(
                            asked, "\(asked % 3)", isIdempotent: .random(using: &random),
                            isUrgent: .random(using: &random), at: seconds))
                case 3:
                    queue.opened(keepsState: .random(using: &random), at: now)
                    actions = queue.advance(at: now)
                case 4:
                    let failures = [nil, serialization, readOnly, gone]
                    actions = queue.received(failures[.random(in: 0..<4, using: &random)], at: now)
                case 5...6: actions = queue.serverIsReady(at: now)
                case 7: actions = queue.couldNotConnect(gone, at: now)
                case 8: actions = queue.lost(gone, at: now)
                default:
                    if Bool.random(using: &random) { queue.stoodStill(until: now) }
                    actions = queue.tick(at: now)
                }
                for case .answer(let id, _) in actions { answered.append(id) }
            }
            for case .answer(let id, _) in queue.close() { answered.append(id) }
            #expect(answered.sorted() == Array(1..<asked + 1))
        }
    }
}
