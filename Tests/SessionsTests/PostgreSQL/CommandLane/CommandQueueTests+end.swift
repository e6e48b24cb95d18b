import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// The end of the lane, and random events.
extension CommandQueueTests {
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
        for id in 0..<WaitingCommands.maxOthers { _ = queue.add(command(id)) }
        guard case .answer(-1, .some) = queue.add(command(-1)).first else {
            Issue.record("the queue is full")
            return
        }
        #expect(queue.waiting.count == WaitingCommands.maxOthers)
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
                            isUrgent: .random(using: &random),
                            of: Requester(name: [nil, "ann", "bob"][asked % 3]), at: seconds))
                case 3:
                    queue.opened(keepsState: .random(using: &random), at: now)
                    actions = queue.advance(at: now)
                case 4:
                    let failures = [nil, serialization, heldLock, readOnly, gone]
                    actions = queue.received(failures[.random(in: 0..<5, using: &random)], at: now)
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
