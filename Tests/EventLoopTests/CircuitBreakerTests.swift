import Testing

@testable import EventLoop

/// The state of the breaker after successes and failures. Waits have jitter: each is between half and all of its full
/// length.
@Suite struct CircuitBreakerTests {
    private static let first = Duration.milliseconds(100)
    private static let longest = Duration.milliseconds(500)

    private func makeBreaker() -> CircuitBreaker {
        CircuitBreaker(backoff: Backoff(first: Self.first, longest: Self.longest))
    }

    private func instant(_ seconds: Int64) -> BootInstant { BootInstant(nanoseconds: seconds * 1_000_000_000) }

    /// Returns the time for which the breaker stays open, or nil if it is not open.
    private func wait(_ breaker: CircuitBreaker, from now: BootInstant) -> Duration? {
        guard case .open(let until) = breaker.state else { return nil }
        return until - now
    }

    /// Returns whether the breaker is open for a wait of this full length.
    private func isOpen(_ breaker: CircuitBreaker, from now: BootInstant, full: Duration) -> Bool {
        guard let wait = wait(breaker, from: now) else { return false }
        return wait >= full / 2 && wait <= full
    }

    @Test func `one or two failures in a row leave it closed, and the third opens it`() {
        var breaker = makeBreaker()
        #expect(breaker.state == .closed)
        breaker.failed(at: instant(1))
        #expect(breaker.state == .closed)
        breaker.failed(at: instant(2))
        #expect(breaker.state == .closed)
        breaker.failed(at: instant(3))
        #expect(isOpen(breaker, from: instant(3), full: Self.first))
    }

    @Test func `failures with a success in between are not in a row`() {
        var breaker = makeBreaker()
        for second in 0..<20 {
            breaker.failed(at: instant(Int64(second)))
            breaker.failed(at: instant(Int64(second)))
            #expect(breaker.state == .closed)
            breaker.succeeded()
        }
        #expect(breaker.state == .closed)
    }

    @Test func `each failed probe opens it for longer, up to the longest`() {
        var breaker = makeBreaker()
        for _ in 0..<3 { breaker.failed(at: instant(0)) }
        #expect(isOpen(breaker, from: instant(0), full: Self.first))
        for (second, full) in [200, 400, 500, 500, 500].enumerated() {
            let now = instant(Int64(second + 1))
            breaker.probe()
            #expect(breaker.state == .halfOpen)
            breaker.failed(at: now)
            #expect(isOpen(breaker, from: now, full: .milliseconds(full)), "\(full): \(breaker.state)")
        }
    }

    @Test func `a successful probe closes it, but one failure opens it again, and for longer`() {
        var breaker = makeBreaker()
        for _ in 0..<3 { breaker.failed(at: instant(0)) }
        breaker.probe()
        breaker.markHealthy()
        #expect(breaker.state == .closed)
        breaker.failed(at: instant(1))
        #expect(isOpen(breaker, from: instant(1), full: .milliseconds(200)))
        // The same each time, as long as no request has succeeded.
        breaker.probe()
        breaker.markHealthy()
        breaker.failed(at: instant(2))
        #expect(isOpen(breaker, from: instant(2), full: .milliseconds(400)))
    }

    @Test func `a successful request resets everything, including the length of the waits`() {
        var breaker = makeBreaker()
        for _ in 0..<3 { breaker.failed(at: instant(0)) }
        for second in 1..<6 {
            breaker.probe()
            breaker.failed(at: instant(Int64(second)))
        }
        breaker.probe()
        breaker.markHealthy()
        breaker.succeeded()
        #expect(breaker.state == .closed)
        breaker.failed(at: instant(10))
        breaker.failed(at: instant(11))
        #expect(breaker.state == .closed)
        breaker.failed(at: instant(12))
        #expect(isOpen(breaker, from: instant(12), full: Self.first))
    }

    @Test func `a server that never failed starts with no failures`() {
        var breaker = makeBreaker()
        breaker.markHealthy()
        breaker.succeeded()
        breaker.failed(at: instant(1))
        breaker.failed(at: instant(2))
        #expect(breaker.state == .closed)
        // A successful probe is not a successful request: earlier failures still count.
        breaker.markHealthy()
        breaker.failed(at: instant(3))
        #expect(isOpen(breaker, from: instant(3), full: Self.first))
    }
}
