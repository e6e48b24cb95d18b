import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Rows that another transaction holds.
extension CommandQueueTests {
    private func ann(_ host: Int) -> Requester { Requester(address: "192.0.2.\(host)", name: "ann") }

    /// Has the command at the server wait for a lock in vain.
    private mutating func block(at seconds: Double) -> [CommandQueue.Action] {
        _ = queue.received(heldLock, at: time(seconds))
        return queue.serverIsReady(at: time(seconds))
    }

    @Test mutating func `while a row is held one command of the name tries at a time, with pauses`() {
        _ = queue.add(command(1, of: ann(1)))
        _ = open(keepsState: false)
        for id in 2...4 { _ = queue.add(command(id, of: ann(id))) }
        #expect(block(at: 0.25) == [.markHealthy])
        #expect(queue.wakeAt == time(0.75))
        // Others do not wait for any of them.
        #expect(queue.add(command(10, of: Requester(name: "bob"), at: 0.375)) == [.run(10, byName: false)])
        _ = queue.received(nil, at: time(0.375))
        #expect(queue.serverIsReady(at: time(0.375)) == [.markHealthy, .answer(10, nil)])
        #expect(queue.tick(at: time(0.75)) == [.run(2, byName: false)])
        #expect(block(at: 1) == [.markHealthy])
        #expect(queue.tick(at: time(1.5)) == [.run(3, byName: false)])
        // The row is free, and so all others follow.
        _ = queue.received(nil, at: time(1.625))
        #expect(queue.serverIsReady(at: time(1.625)) == [.markHealthy, .answer(3, nil), .run(4, byName: false)])
        for id in [4, 1] {
            #expect(queue.running == id)
            _ = queue.received(nil, at: time(1.625))
            _ = queue.serverIsReady(at: time(1.625))
        }
        #expect(queue.running == 2)
    }

    @Test mutating func `each of them fails after two seconds, and later ones do not try at once`() {
        _ = queue.add(command(1, of: ann(1)))
        _ = open(keepsState: false)
        _ = queue.add(command(2, of: ann(2), at: 0.125))
        #expect(block(at: 0.25) == [.markHealthy])
        #expect(queue.tick(at: time(1.875)) == [.run(2, byName: false)])
        #expect(queue.tick(at: time(2)) == [.answer(1, CommandQueue.lockTimeout)])
        #expect(block(at: 2.125) == [.markHealthy])
        #expect(queue.tick(at: time(2.25)) == [.answer(2, CommandQueue.lockTimeout)])
        #expect(queue.add(command(3, of: ann(3), at: 2.375)) == [])
        #expect(queue.wakeAt == time(2.625))
        #expect(queue.tick(at: time(2.625)) == [.run(3, byName: false)])
    }

    @Test mutating func `the tries of many addresses and names take a third of the time at most`() {
        _ = queue.add(command(0))
        _ = open(keepsState: false)
        _ = queue.received(nil, at: start)
        _ = queue.serverIsReady(at: start)
        var (now, id, busy) = (0.0, 0, 0.0)
        while now < 20 {
            for host in 1...8 {
                id += 1
                let requester = Requester(address: "192.0.2.\(host)", name: "user \(host % 4)")
                _ = queue.add(command(id, isUrgent: true, of: requester, at: now))
            }
            if queue.running == nil { _ = queue.tick(at: time(now)) }
            if queue.running != nil {
                // The first tries of the names do not count.
                if now > 2 { busy += 0.2 }
                now += 0.2
                _ = block(at: now)
            } else {
                now += 0.02
            }
        }
        #expect(busy > 3 && busy < 6.5, "\(busy) s of 18 s")
    }

    @Test mutating func `held commands ask for a new connection, and end with the lane`() {
        _ = queue.add(command(1, of: ann(1)))
        _ = open(keepsState: false)
        _ = block(at: 0.2)
        #expect(queue.hungUp(at: time(0.3)) == [.reportLoss(.connection("the server hung up")), .disconnect, .connect])
        #expect(open(keepsState: false) == [])
        #expect(queue.close() == [.disconnect, .answer(1, .connection("the store was closed"))])
    }
}
