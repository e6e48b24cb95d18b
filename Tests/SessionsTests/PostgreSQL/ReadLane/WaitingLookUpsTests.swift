import EventLoop
import Testing

@testable import Sessions

/// The wait for a connection. Times are seconds.
@Suite struct WaitingLookUpsTests {
    private var waiting = WaitingLookUps(limit: .milliseconds(300))

    private mutating func add(_ number: UInt8, deadline: Double = 9, at seconds: Double) {
        waiting.add(
            ReadLaneValues.key(number), deadline: ReadLaneValues.time(deadline), at: ReadLaneValues.time(seconds))
    }

    private mutating func late(at seconds: Double) -> [UInt8] {
        waiting.takeLate(at: ReadLaneValues.time(seconds)).map { $0.hash.bytes[0] }
    }

    @Test mutating func `a wait ends after 300 ms, or at the look-up's deadline`() {
        #expect(waiting.wakeAt == nil)
        add(1, at: 0)
        add(2, deadline: 0.2, at: 0)
        #expect(waiting.wakeAt == ReadLaneValues.time(0.2))
        #expect(late(at: 0.199) == [])
        #expect(late(at: 0.2) == [2])
        #expect(waiting.wakeAt == ReadLaneValues.time(0.3))
        #expect(late(at: 0.3) == [1])
        #expect(waiting.wakeAt == nil)
    }

    @Test mutating func `waits that end within 5 ms end together, none of them early`() {
        for number in 1...4 as ClosedRange<UInt8> { add(number, at: 0.001 * Double(number)) }
        #expect(late(at: 0.3049) == [])
        #expect(late(at: 0.305) == [1, 2, 3, 4])
    }

    @Test mutating func `after a standstill of this process all waits begin anew`() {
        add(1, at: 0)
        add(2, at: 0.9)
        waiting.stoodStill(until: ReadLaneValues.time(0.8))
        #expect(waiting.wakeAt == ReadLaneValues.time(1.1))
        #expect(late(at: 1) == [])
        #expect(late(at: 1.1) == [1])
        #expect(late(at: 1.2) == [2])
    }

    @Test mutating func `all look-ups can be taken before their wait ends`() {
        add(1, at: 0)
        add(2, at: 0)
        let keys = waiting.takeAll()
        #expect(keys == [1, 2].map { ReadLaneValues.key($0) })
        #expect(waiting.wakeAt == nil && waiting.keys == [])
    }

    @Test mutating func `look-ups are taken in the order of their arrival`() {
        for number in [3, 1, 2] as [UInt8] { add(number, at: 0) }
        #expect(waiting.keys == [3, 1, 2].map { ReadLaneValues.key($0) })
    }
}
