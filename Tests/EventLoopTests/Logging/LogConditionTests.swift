import EventLoop
import Logging
import Testing

struct LogConditionTests {
    private let start = BootInstant.now

    private func text(_ fields: Logger.Metadata?) -> String? {
        fields.map { $0.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ") }
    }

    @Test func `the beginning, what lasts and the end are logged with how long and how often`() {
        var failure = LogCondition.ofRequests("full")
        #expect(text(failure.begin("a", at: start)) == "condition=full state=begins")
        for second in 1...59 { #expect(failure.begin("a", at: start + .seconds(second)) == nil) }
        #expect(
            text(failure.begin("a", at: start + .seconds(60)))
                == "condition=full seconds=60.0 state=lasts suppressed=59")
        #expect(text(failure.end(at: start + .milliseconds(61_250))) == "condition=full seconds=61.2 state=ends")
        #expect(failure.end(at: start + .seconds(62)) == nil)
        #expect(!failure.isOpen)
    }

    @Test func `a failure of requests is logged when it begins, for each reason, and once a minute`() {
        var failure = LogCondition.ofRequests("full")
        let logged = [("a", 0), ("a", 59), ("b", 59), ("b", 118), ("b", 119)].map { reason, seconds in
            failure.begin(reason, at: start + .seconds(seconds)) != nil
        }
        #expect(logged == [true, false, true, false, true])
    }

    @Test func `two failures of requests that take turns are logged once each`() {
        var failure = LogCondition.ofRequests("full")
        let logged = (0..<40).count {
            failure.begin($0.isMultiple(of: 2) ? "a" : "b", at: start + .milliseconds($0 * 50)) != nil
        }
        #expect(logged == 2)
    }

    @Test func `any number of reasons makes a limited number of lines`() {
        var failure = LogCondition("full", reminder: .seconds(60), reasons: 5)
        #expect((0..<1000).count { failure.begin("reason \($0)", at: start) != nil } == 5)
    }

    @Test func `the end is logged once, and only when the beginning was`() {
        var failure = LogCondition.ofRequests("full")
        #expect(failure.end(at: start) == nil)
        #expect(failure.begin("a", at: start) != nil)
        #expect(failure.end(at: start) != nil)
        #expect(failure.end(at: start) == nil)
        // The next one within the minute is not logged, and neither is its end.
        #expect(failure.begin("a", at: start + .seconds(1)) == nil)
        #expect(failure.end(at: start + .seconds(1)) == nil)
    }

    @Test func `without a reminder it is logged each time that it begins, and once for each reason while it lasts`() {
        var outage = LogCondition("away")
        let later = start + .seconds(3600)
        #expect(outage.begin("refused", at: start) != nil)
        #expect(outage.begin("refused", at: later) == nil)
        #expect(outage.isOpen)
        #expect(outage.begin("timeout", at: later) != nil)
        #expect(outage.begin("refused", at: later) == nil)
        #expect(outage.end(at: later) != nil)
        #expect(!outage.isOpen)
        #expect(text(outage.begin("timeout", at: later)) == "condition=away state=begins")
    }

    @Test func `what is noticed now and then is over after a time without it`() {
        var failure = LogCondition("full", quiet: .seconds(10))
        _ = failure.begin(at: start)
        _ = failure.begin(at: start + .seconds(5))
        #expect(failure.end(at: start + .seconds(14)) == nil)
        #expect(failure.isOpen)
        #expect(text(failure.end(at: start + .seconds(15))) == "condition=full seconds=15.0 state=ends")
    }
}
