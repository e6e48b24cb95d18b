import EventLoop
import Testing

@testable import Sessions

/// The evidence that PostgreSQL does not answer. Times are milliseconds; the lease ended at 1000.
@Suite struct DatabaseSilenceTests {
    private var silence = DatabaseSilence()

    private func time(_ milliseconds: Int64) -> BootInstant { BootInstant(nanoseconds: milliseconds * 1_000_000) }

    private mutating func noAnswer(toAttemptAt begun: Int64, leaseEnd: Int64 = 1000) -> Bool {
        silence.noteNoAnswer(toAttemptAt: time(begun), leaseEnd: time(leaseEnd))
    }

    @Test mutating func `it takes two attempts that began after the lease's end, some time apart`() {
        let certain = [1000, 1020, 1099, 1100].map { noAnswer(toAttemptAt: $0) }
        #expect(certain == [false, false, false, true])
        #expect(silence.isCertain)
        let again = noAnswer(toAttemptAt: 2000)
        #expect(!again && silence.isCertain)
    }

    @Test mutating func `attempts from before the lease's end say nothing`() {
        let certain = [500, 999, 700, 1000].map { noAnswer(toAttemptAt: $0) }
        #expect(certain == [false, false, false, false])
        #expect(!silence.isCertain)
    }

    @Test mutating func `an answer between the two attempts counts`() {
        _ = noAnswer(toAttemptAt: 1000)
        silence.end()
        let certain = [noAnswer(toAttemptAt: 1200), noAnswer(toAttemptAt: 1300)]
        #expect(certain == [false, true])
        silence.end()
        #expect(!silence.isCertain)
    }

    @Test mutating func `attempts of an earlier outage do not count for a later one`() {
        _ = noAnswer(toAttemptAt: 1000)
        let certain = [5000, 5200].map { noAnswer(toAttemptAt: $0, leaseEnd: 4000) }
        #expect(certain == [false, true])
    }

    @Test mutating func `an older attempt that fails later is no second one`() {
        _ = noAnswer(toAttemptAt: 1300)
        let certain = [noAnswer(toAttemptAt: 1050), noAnswer(toAttemptAt: 1140), noAnswer(toAttemptAt: 1300)]
        #expect(certain == [false, false, true])
    }
}
