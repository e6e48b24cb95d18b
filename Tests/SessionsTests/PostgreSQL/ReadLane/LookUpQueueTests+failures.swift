import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Failed statements, lost connections and deadlines.
extension LookUpQueueTests {
    // MARK: Failures

    @Test mutating func `the look-ups of a failed statement are retried once, each in a batch of its own`() throws {
        try open()
        _ = ask(1, "a")
        _ = ask(2, "b")
        _ = turnEnds()
        let reason = failure.reason
        #expect(received(.other(.failed(failure))) == ["report failure: \(reason)", "await turn end"])
        #expect(received(.other(.sync)) == [])
        _ = ask(3, "c")
        #expect(turnEnds() == ["send look up 1, sync, look up 2, sync, look up 3, sync"])
        #expect(received(.other(.failed(failure))) == ["report failure: \(reason)", "answer a: \(reason)"])
        #expect(received(.other(.sync)) == [])
        #expect(found(session) == ["learn 2: session", "answer b: session"])
    }

    @Test mutating func `a statement that was not executed is retried without a report`() throws {
        try open()
        _ = ask(1, "a")
        _ = turnEnds()
        #expect(received(.other(.aborted)) == ["await turn end"])
        _ = received(.other(.sync))
        _ = turnEnds()
        #expect(received(.other(.aborted)) == ["answer a: not run"])
    }

    @Test mutating func `a look-up that failed at its deadline is not retried`() throws {
        queue = Queue(LookUpLimits(leaseTime: .seconds(1), deadline: .milliseconds(300), lookUps: 5))
        try open()
        _ = ask(1, "a", at: 0)
        _ = turnEnds(at: 0.2)
        #expect(received(.other(.aborted), at: 0.3) == ["answer a: not run"])
    }

    @Test mutating func `look-ups wait for the next connection after a loss, once`() throws {
        try open()
        _ = ask(1, "a")
        _ = turnEnds()
        _ = ask(2, "b")
        #expect(texts(queue.lost(gone, at: time(0))) == ["disconnect", "report loss: gone", "connect"])
        #expect(queue.server == nil)
        #expect(texts(queue.lost(gone, at: time(0))) == [])
        #expect(ask(3, "c") == [])
        _ = queue.opened(to: ReadLaneValues.server())
        #expect(turnEnds() == ["send heartbeat, sync, look up 1+2+3, sync"])
        #expect(
            texts(queue.lost(gone, at: time(0))) == [
                "disconnect", "report loss: gone", "answer a: gone", "answer b: gone", "connect",
            ])
    }

    @Test mutating func `an error that ends the connection is no answer`() throws {
        let error = PostgreSQLError.server(SQLState("57P01"), "shutting down")
        try open()
        _ = ask(1, "a")
        _ = turnEnds()
        #expect(received(.other(.failed(error))) == ["disconnect", "report loss: \(error.reason)", "connect"])
    }

    @Test mutating func `failed attempts to connect are repeated until the lane ends`() {
        #expect(texts(queue.connect()) == ["connect"])
        _ = queue.close()
        #expect(texts(queue.connect()) == [])
    }

    // MARK: Time

    @Test mutating func `a look-up waits for a connection for 300 ms, or until its deadline`() {
        _ = ask(1, "a", at: 0)
        _ = ask(2, "b", at: 0.1)
        #expect(queue.wakeAt == time(0.3))
        #expect(texts(queue.tick(at: time(0.3))) == ["answer a: PostgreSQL is not reachable"])
        #expect(queue.wakeAt == time(0.4))
        _ = queue.opened(to: ReadLaneValues.server())
        #expect(turnEnds(at: 0.35) == ["send heartbeat, sync, look up 2, sync"])
        _ = queue.lost(gone, at: time(0.6))
        #expect(queue.wakeAt == time(0.8))
        #expect(texts(queue.tick(at: time(0.8))) == ["answer b: PostgreSQL is not reachable"])
        #expect(queue.wakeAt == nil)
    }

    @Test mutating func `a connection is lost if a reply is late, and a late reply does not count`() throws {
        try open()
        _ = ask(1, "a")
        _ = turnEnds()
        #expect(queue.wakeAt == time(0.7))
        #expect(texts(queue.tick(at: time(0.69))) == [])
        let loss = ["disconnect", "report loss: no answer within the deadline", "connect"]
        var other = queue
        #expect(texts(other.tick(at: time(0.7))) == loss)
        #expect(found(session, at: 0.7) == loss)
    }

    @Test mutating func `the answers before a late one do not count either`() throws {
        try open()
        _ = ask(1, "a")
        _ = turnEnds()
        _ = queue.askHeartbeat()
        _ = turnEnds(at: 0.1)
        _ = found(session, at: 0.1)
        // The end of the first batch, after the deadline of the second one.
        #expect(received(.other(.sync), at: 0.8).first == "disconnect")
    }
}
