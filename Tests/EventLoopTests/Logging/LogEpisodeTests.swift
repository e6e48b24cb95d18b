import EventLoop
import Testing

struct LogEpisodeTests {
    private let start = BootInstant.now

    @Test func `a failure of requests is logged when it begins, when it changes, and once a minute`() {
        var failure = LogEpisode.ofRequests
        let logged = [("a", 0), ("a", 59), ("b", 59), ("b", 118), ("b", 119)].map { reason, seconds in
            failure.begin(reason, at: start + .seconds(seconds))
        }
        #expect(logged == [true, false, true, false, true])
    }

    @Test func `two failures of requests that take turns are logged once a second`() {
        var failure = LogEpisode.ofRequests
        let logged = (0..<40).count {
            failure.begin($0.isMultiple(of: 2) ? "a" : "b", at: start + .milliseconds($0 * 50))
        }
        #expect((2...3).contains(logged))
    }

    @Test func `the end is logged once, and only when the beginning was`() {
        var failure = LogEpisode.ofRequests
        var logged = [failure.end(), failure.begin("a", at: start), failure.end(), failure.end()]
        #expect(logged == [false, true, true, false])
        // The next one within the minute is not logged, and neither is its end.
        logged = [failure.begin("a", at: start + .seconds(1)), failure.end()]
        #expect(logged == [false, false])
    }

    @Test func `without a reminder it is logged each time that it begins or changes, and not while it lasts`() {
        var outage = LogEpisode()
        let later = start + .seconds(3600)
        var logged = [outage.begin("refused", at: start), outage.begin("refused", at: later)]
        #expect(logged == [true, false] && outage.isOpen)
        logged = [outage.begin("timeout", at: later), outage.end()]
        #expect(logged == [true, true] && !outage.isOpen)
        logged = [outage.begin("timeout", at: later)]
        #expect(logged == [true])
    }
}
