import Testing

@testable import EventLoop

/// The detection of a loop that stood still. Times are milliseconds.
@Suite struct StandstillWatchTests {
    private var watch = StandstillWatch()

    private func time(_ milliseconds: Int64) -> BootInstant { BootInstant(nanoseconds: milliseconds * 1_000_000) }

    private mutating func turn(at now: Int64, afterWaiting wait: Int64) -> Bool {
        watch.turned(at: time(now), afterWaiting: .milliseconds(wait))
        return watch.lastEnd == time(now)
    }

    @Test mutating func `a loop that waits as long as it intended has not stood still`() {
        let standstills = [
            turn(at: 1000, afterWaiting: 0), turn(at: 1500, afterWaiting: 500), turn(at: 1510, afterWaiting: 500),
            turn(at: 1609, afterWaiting: 0),
        ]
        #expect(standstills == [false, false, false, false])
        #expect(watch.lastEnd == nil)
    }

    @Test mutating func `a turn that ends late is a standstill, whether in the wait or before it`() {
        _ = turn(at: 1000, afterWaiting: 0)
        let standstills = [turn(at: 1600, afterWaiting: 500), turn(at: 1700, afterWaiting: 0)]
        #expect(standstills == [true, true])
        let later = turn(at: 1701, afterWaiting: 250)
        #expect(!later && watch.lastEnd == time(1700))
    }

    @Test mutating func `beside a short time limit a short delay counts`() {
        watch.watch(for: .milliseconds(100))
        // A longer limit makes no difference.
        watch.watch(for: .seconds(5))
        let standstills = [
            turn(at: 1000, afterWaiting: 0), turn(at: 1109, afterWaiting: 100), turn(at: 1229, afterWaiting: 110),
        ]
        #expect(standstills == [false, false, true])
    }

    @Test mutating func `a delay of a few milliseconds never counts`() {
        watch.watch(for: .milliseconds(10))
        let standstills = [
            turn(at: 1000, afterWaiting: 0), turn(at: 1014, afterWaiting: 10), turn(at: 1029, afterWaiting: 10),
        ]
        #expect(standstills == [false, false, true])
    }
}
