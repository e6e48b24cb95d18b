import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Repetitions after a failure.
extension CommandQueueTests {
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

    // MARK: Locks of others

    @Test mutating func `a command that waits for a lock in vain lets the others go first, for two seconds in all`() {
        run()
        _ = queue.add(command(2))
        _ = queue.received(heldLock, at: time(0.2))
        #expect(queue.serverIsReady(at: time(0.2)) == [.markHealthy, .run(2, byName: false)])
        _ = queue.received(nil, at: time(0.3))
        #expect(queue.serverIsReady(at: time(0.3)) == [.markHealthy, .answer(2, nil), .run(1, byName: false)])
        _ = queue.received(heldLock, at: time(1.9))
        #expect(queue.serverIsReady(at: time(1.9)) == [.markHealthy, .run(1, byName: false)])
        _ = queue.received(heldLock, at: time(2.1))
        #expect(queue.serverIsReady(at: time(2.1)) == [.markHealthy, .answer(1, heldLock)])
    }

    @Test mutating func `blocked commands of one user take turns with those of others`() {
        let (ann, bob) = (Requester(address: "192.0.2.1", name: "ann"), Requester(address: "192.0.2.2", name: "bob"))
        _ = queue.add(command(1, of: ann))
        for id in 2...4 { _ = queue.add(command(id, of: ann)) }
        _ = open(keepsState: false)
        _ = queue.add(command(10, of: bob))
        var order: [Int] = []
        while let running = queue.running, running != 10 {
            order.append(running)
            _ = queue.received(heldLock, at: time(0.2))
            _ = queue.serverIsReady(at: time(0.2))
        }
        #expect(queue.running == 10 && order.count <= 2, "\(order)")
    }

    @Test mutating func `a commit that notifications of others hold up is repeated without notifications`() {
        run(keepsState: true)
        _ = queue.received(nil, at: start)
        _ = queue.serverIsReady(at: start)
        failInCommit()
        #expect(queue.running == nil)
        #expect(queue.received(nil, at: time(0.3)) == [])
        #expect(queue.serverIsReady(at: time(0.3)) == [.markHealthy, .run(1, byName: true)])
        _ = queue.received(nil, at: time(0.4))
        #expect(queue.serverIsReady(at: time(0.4)) == [.markHealthy, .answer(1, nil)])
    }

    /// Has the command at the server succeed and its commit fail.
    private mutating func failInCommit() {
        #expect(queue.received(nil, at: time(0.1)) == [])
        #expect(queue.received(heldLock, at: time(0.2)) == [])
        #expect(queue.serverIsReady(at: time(0.2)) == [.markHealthy, .countRevocations(1)])
    }

    @Test mutating func `the next connection has to be told again`() {
        run(keepsState: true)
        _ = queue.received(nil, at: start)
        _ = queue.serverIsReady(at: start)
        failInCommit()
        #expect(queue.lost(gone, at: time(0.3)) == [.reportLoss(gone), .disconnect, .connect])
        #expect(open() == [.prepare(1)])
        _ = queue.received(nil, at: time(0.3))
        _ = queue.serverIsReady(at: time(0.3))
        failInCommit()
    }

    @Test mutating func `behind a pooler such a command only waits for its next turn`() {
        run()
        _ = queue.received(nil, at: time(0.1))
        _ = queue.received(heldLock, at: time(0.2))
        #expect(queue.serverIsReady(at: time(0.2)) == [.markHealthy, .run(1, byName: false)])
    }

    @Test mutating func `a server that refuses the setting is the command's answer`() {
        let error = PostgreSQLError.server(SQLState("42501"), "")
        run(keepsState: true)
        _ = queue.received(nil, at: start)
        _ = queue.serverIsReady(at: start)
        failInCommit()
        #expect(queue.received(error, at: time(0.3)) == [])
        #expect(queue.serverIsReady(at: time(0.3)) == [.markHealthy, .answer(1, error)])
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
}
