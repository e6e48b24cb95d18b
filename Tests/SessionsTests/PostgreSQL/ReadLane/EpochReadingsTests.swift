import EventLoop
import Testing

@testable import Sessions

/// When look-ups may rely on what a heartbeat has read of the epochs. Times are seconds.
@Suite struct EpochReadingsTests {
    private var readings = EpochReadings(leaseTime: .seconds(1))

    private mutating func take(
        at seconds: Double, endedBefore: Int64 = 5, hasUntidiedUsers: Bool = false
    ) throws {
        readings.take(
            ReadDialogue.SentHeartbeat(
                heartbeat: try ReadLaneValues.heartbeat(endedBefore: endedBefore, hasUntidiedUsers: hasUntidiedUsers),
                sentAt: ReadLaneValues.time(seconds)))
    }

    private func epoch(at seconds: Double) -> Int64? { readings.reading(at: ReadLaneValues.time(seconds))?.endedBefore }

    @Test mutating func `the first heartbeat of a connection does not count, the second does`() throws {
        #expect(epoch(at: 0) == nil)
        try take(at: 0)
        #expect(epoch(at: 0) == nil)
        try take(at: 0.25)
        #expect(epoch(at: 0.25) == 5)
        #expect(
            readings.reading(at: ReadLaneValues.time(0.3))
                == EpochReading(
                    endedBefore: 5, clock: DatabaseInstant(microseconds: 3), sentAt: ReadLaneValues.time(0.25)))
    }

    @Test mutating func `look-ups rely on a reading for half of a lease, its answers count for a whole one`() throws {
        try take(at: 0)
        try take(at: 1)
        let reading = readings.reading(at: ReadLaneValues.time(1))
        #expect(epoch(at: 1.499) == 5)
        #expect(epoch(at: 1.5) == nil)
        #expect(readings.allow(reading, at: ReadLaneValues.time(1.999)))
        #expect(!readings.allow(reading, at: ReadLaneValues.time(2)))
        #expect(readings.allow(nil, at: ReadLaneValues.time(9)))
    }

    @Test mutating func `the last heartbeat counts, and none with untidied users`() throws {
        try take(at: 0)
        try take(at: 0, endedBefore: 5)
        try take(at: 0, endedBefore: 6)
        #expect(epoch(at: 0) == 6)
        try take(at: 0, hasUntidiedUsers: true)
        #expect(epoch(at: 0) == nil)
        try take(at: 0)
        #expect(epoch(at: 0) == 5)
    }

    @Test(arguments: [0, 2])
    mutating func `after a revocation the second heartbeat sent since then counts`(pending: Int) throws {
        try take(at: 0)
        try take(at: 0)
        readings.hear(pending: pending)
        for _ in 0..<pending + 1 {
            #expect(epoch(at: 0) == nil)
            try take(at: 0)
        }
        #expect(epoch(at: 0) == nil)
        try take(at: 0)
        #expect(epoch(at: 0) == 5)
    }
}
