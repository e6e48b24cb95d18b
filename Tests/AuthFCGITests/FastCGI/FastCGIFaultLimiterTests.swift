import EventLoop
import Testing

@testable import AuthFCGI

@Suite("FastCGI fault limiter")
struct FastCGIFaultLimiterTests {
    @Test func `one line per kind and interval, then the count of the others`() {
        var limiter = FaultLimiter()
        let start = BootInstant(nanoseconds: 1_000_000_000)
        #expect(limiter.admit(.truncated, at: start) == 0)
        #expect(limiter.admit(.truncated, at: start + .seconds(1)) == nil)
        #expect(limiter.admit(.truncated, at: start + .seconds(9)) == nil)
        #expect(limiter.admit(.timedOut, at: start + .seconds(9)) == 0)
        #expect(limiter.admit(.truncated, at: start + .seconds(10)) == 2)
        #expect(limiter.admit(.truncated, at: start + .seconds(11)) == nil)
        #expect(limiter.admit(.truncated, at: start + .seconds(20)) == 1)
    }
}
