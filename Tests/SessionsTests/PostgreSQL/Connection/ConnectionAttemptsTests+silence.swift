import EventLoop
import TestSupport
import Testing

@testable import Sessions

// Servers that do not answer, and attempts that ask no server.
extension ConnectionAttemptsTests {
    @Test mutating func `an attempt without an answer gets a second one beside it, at another server`() {
        _ = want(at: 0)
        #expect(tick(at: 249) == [])
        #expect(tick(at: 250) == ["silence since 0", "begin 2 at server 1"])
        let actions = texts(attempts.succeeded(2) ?? [])
        #expect(actions == ["abandon 1"])
        // Its connection is not needed any more.
        let late = attempts.succeeded(1)
        #expect(late == nil)
    }

    @Test mutating func `the oldest attempt is kept, the youngest is replaced`() {
        _ = want(isAwaited: true, at: 0)
        _ = tick(at: 250)
        #expect(tick(at: 500) == ["silence since 250", "abandon 2", "begin 3 at server 2"])
        _ = failed(2, at: 520)
        #expect(wakeAt == 900)
        #expect(tick(at: 900) == ["silence since 500", "abandon 3", "begin 4 at server 3"])
        #expect(attempts.isUnderWay(1) && attempts.isUnderWay(4) && !attempts.isUnderWay(3))
        let actions = texts(attempts.succeeded(1) ?? [])
        #expect(actions == ["abandon 4"])
    }

    @Test mutating func `if nobody waits, there is an attempt every two seconds`() {
        _ = want(at: 0)
        _ = tick(at: 250)
        _ = tick(at: 500)
        #expect(wakeAt == 2500)
        let actions = attempts.hurry(at: time(600))
        #expect(actions == [] && wakeAt == 900)
        _ = tick(at: 900)
        _ = failed(2, at: 900)
        #expect(wakeAt == 1300)
        _ = tick(at: 1350)
        #expect(wakeAt == 1750)
        _ = failed(3, at: 1750)
        _ = failed(4, at: 1750)
        _ = tick(at: 1750)
        #expect(wakeAt == 3750)
    }

    @Test mutating func `at most four attempts occupy threads`() {
        _ = want(isAwaited: true, at: 0)
        _ = tick(at: 250)
        _ = tick(at: 500)
        #expect(tick(at: 900) == ["silence since 500", "abandon 3", "begin 4 at server 3"])
        // Name resolution hangs: attempts that were abandoned do not end.
        _ = attempts.hurry(at: time(1300))
        #expect(tick(at: 1300) == ["silence since 900"])
        #expect(attempts.isUnderWay(1) && attempts.isUnderWay(4))
        _ = failed(2, at: 1400)
        #expect(tick(at: 1700) == ["silence since 900", "abandon 4", "begin 5 at server 4"])
    }

    @Test mutating func `if all threads are occupied by abandoned attempts, the next attempt waits`() {
        _ = want(isAwaited: true, at: 0)
        for now in [250, 500, 900] as [Int64] { _ = tick(at: now) }
        _ = attempts.cancel()
        #expect(want(isAwaited: true, at: 1000) == [])
        #expect(wakeAt == 1250)
        #expect(tick(at: 1250) == [])
        #expect(wakeAt == 1500)
        _ = failed(1, at: 1400)
        #expect(tick(at: 1500) == ["begin 5"])
    }

    @Test mutating func `one that fails beside a silent one is followed by the next soon`() {
        _ = want(at: 0)
        _ = tick(at: 250)
        #expect(failed(2, at: 251) == [])
        #expect(wakeAt == 261)
        #expect(tick(at: 261) == ["silence since 0", "begin 3 at server 2"])
        #expect(failed(1, at: 280) == [])
        #expect(wakeAt == 300)
        #expect(tick(at: 300) == ["begin 4 at server 3"], "39 ms are no silence")
    }

    // MARK: Attempts that ask no server

    @Test mutating func `an attempt that still waits for the address of a name tells nothing about a server`() {
        _ = want(at: 0)
        #expect(tick(at: 250, isUnsent: true) == ["unsent", "begin 2 at server 1"])
        #expect(tick(at: 500, isUnsent: true) == ["unsent", "abandon 2", "begin 3 at server 2"])
    }

    @Test mutating func `the silence of a server that was asked late is too short to count`() {
        _ = want(at: 0)
        #expect(tick(at: 250, askedAt: 151) == ["begin 2 at server 1"])
        #expect(tick(at: 500, askedAt: 400) == ["silence since 250", "abandon 2", "begin 3 at server 2"])
    }
}
