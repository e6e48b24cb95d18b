import EventLoop
import Testing

@testable import Sessions

struct RepeatedFailureTests {
    private let start = BootInstant.now

    @Test func `a failure is said when it begins, when it changes, and once a minute`() {
        var failure = RepeatedFailure()
        let said = [("a", 0), ("a", 59), ("b", 59), ("b", 118), ("b", 119)].map { reason, seconds in
            failure.failed(reason, at: start + .seconds(seconds))
        }
        #expect(said == [true, false, true, false, true])
    }

    @Test func `two that take turns are said once a second`() {
        var failure = RepeatedFailure()
        let said = (0..<40).count {
            failure.failed($0.isMultiple(of: 2) ? "a" : "b", at: start + .milliseconds($0 * 50))
        }
        #expect((2...3).contains(said))
    }

    @Test func `that it works again is said once, and only when it was said that it does not`() {
        var failure = RepeatedFailure()
        var said = [failure.succeeded(), failure.failed("a", at: start), failure.succeeded(), failure.succeeded()]
        #expect(said == [false, true, true, false])
        // The next one within the minute is passed over, and so is its end.
        said = [failure.failed("a", at: start + .seconds(1)), failure.succeeded()]
        #expect(said == [false, false])
    }
}
