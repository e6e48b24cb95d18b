import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// A process or a server that does not answer for some time.
extension LookUpQueueTests {
    // MARK: Standstills of this process

    @Test mutating func `after a standstill look-ups under way are answered by what lies in the socket`() throws {
        try open()
        _ = ask(1, "a", at: 0.1)
        _ = ask(2, "b", at: 0.1)
        _ = turnEnds(at: 0.1)
        queue.stoodStill(until: time(1))
        #expect(queue.wakeAt == time(1.7))
        #expect(texts(queue.tick(at: time(1))) == [])
        #expect(
            found(session, .missing, at: 1) == [
                "learn 1: session", "answer a: session", "expire 2 at 1700 ms", "await turn end",
            ])
        #expect(received(.other(.sync), at: 1) == [])
        #expect(turnEnds(at: 1) == ["send repeat 2, sync"])
        #expect(texts(queue.expire(ReadLaneValues.key(2), at: time(0.8))) == ["expire 2 at 1700 ms"])
        #expect(found(.row(nil), at: 1.1) == ["learn 2: none", "answer b: none"])
    }

    @Test mutating func `after a standstill a row from a lease ago is asked for again`() throws {
        try open()
        _ = ask(1, "a")
        _ = turnEnds()
        queue.stoodStill(until: time(1.5))
        #expect(found(session, at: 1.5) == ["await turn end"])
        #expect(received(.other(.sync), at: 1.5) == [])
        #expect(turnEnds(at: 1.5) == ["send look up 1, sync"])
        #expect(found(.row(nil), at: 1.6) == ["learn 1: none", "answer a: none"])
    }

    @Test mutating func `after a standstill new look-ups are not refused for the age of earlier ones`() throws {
        try open()
        _ = ask(1, "a")
        _ = turnEnds()
        queue.stoodStill(until: time(1.5))
        #expect(ask(1, "b", at: 1.5) == ["await turn end"])
        #expect(turnEnds(at: 1.5) == ["send look up 1, sync"])
        #expect(ask(2, "c", at: 2.1) == ["answer c: too many look-ups are waiting"])
    }

    @Test mutating func `a standstill counts once`() throws {
        try open()
        _ = ask(1, "a")
        _ = turnEnds()
        queue.stoodStill(until: time(0.5))
        queue.stoodStill(until: time(0.5))
        #expect(texts(queue.tick(at: time(1.2))).first == "disconnect")
    }

    @Test mutating func `after a standstill the wait for a connection begins anew`() {
        _ = ask(1, "a")
        queue.stoodStill(until: time(2))
        #expect(queue.wakeAt == time(2.3))
        #expect(texts(queue.tick(at: time(2.3))) == ["answer a: PostgreSQL is not reachable"])
    }

    // MARK: An outage

    @Test mutating func `when it is certain that PostgreSQL does not answer, no look-up waits for a connection`() throws
    {
        #expect(!queue.isAwaited)
        _ = ask(1, "a")
        _ = ask(2, "b")
        #expect(queue.isAwaited)
        let unreachable = "PostgreSQL is not reachable"
        #expect(texts(queue.beginSilence()) == ["answer a: \(unreachable)", "answer b: \(unreachable)"])
        #expect(!queue.isAwaited && queue.wakeAt == nil)
        try open()
        _ = ask(3, "c")
        #expect(texts(queue.beginSilence()) == [])
    }

    @Test mutating func `look-ups wait longer for a connection until it is certain that PostgreSQL does not answer`() {
        queue = Queue(
            LookUpLimits(
                leaseTime: .seconds(1), deadline: .milliseconds(700), lookUps: 5, connectionWait: .milliseconds(700)))
        _ = ask(1, "a")
        #expect(queue.wakeAt == time(0.7))
        _ = queue.beginSilence()
        _ = ask(2, "b")
        #expect(queue.wakeAt == time(0.3))
        queue.endSilence()
        _ = queue.tick(at: time(0.3))
        _ = ask(3, "c", at: 0.4)
        #expect(queue.wakeAt == time(1.1))
    }
}
