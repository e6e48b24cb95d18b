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
