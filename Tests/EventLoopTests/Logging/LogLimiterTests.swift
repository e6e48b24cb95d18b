import EventLoop
import Testing

struct LogLimiterTests {
    private let start = BootInstant.now

    @Test func `each kind has a limited number of lines per period, and the next line has the number left out`() {
        var limiter = LogLimiter<String>(lines: 5, per: .seconds(1))
        let admitted = (0..<20).map { limiter.admit("login busy", at: start + .milliseconds($0 * 10)) }
        #expect(admitted.prefix(5).allSatisfy { $0?.ofKind == 0 })
        #expect(admitted.dropFirst(5).allSatisfy { $0 == nil })
        #expect(limiter.admit("login busy", at: start + .milliseconds(999)) == nil)
        #expect(limiter.admit("login busy", at: start + .seconds(1))?.ofKind == 16)
        #expect(limiter.admit("login busy", at: start + .seconds(1))?.ofKind == 0)
    }

    @Test func `one kind's lines do not take another's, and no line that was left out is forgotten`() {
        var limiter = LogLimiter<String>(lines: 5, per: .seconds(1))
        for _ in 0..<100 { _ = limiter.admit("access 1", at: start) }
        #expect(limiter.admit("access 2", at: start).map { [$0.ofKind, $0.total] } == [0, 95])
        #expect(limiter.admit("access 1", at: start + .seconds(1)).map { [$0.ofKind, $0.total] } == [95, 0])
    }

    @Test func `each kind has a period of its own, which begins with its first line`() {
        var limiter = LogLimiter<String>(per: .seconds(10))
        #expect(limiter.admit("timeout", at: start) != nil)
        #expect(limiter.admit("closed", at: start + .seconds(9)) != nil)
        #expect(limiter.admit("closed", at: start + .seconds(11)) == nil)
        #expect(limiter.admit("timeout", at: start + .seconds(11)).map { [$0.ofKind, $0.total] } == [0, 1])
        #expect(limiter.admit("closed", at: start + .seconds(19)).map { [$0.ofKind, $0.total] } == [1, 0])
    }

    @Test func `an unbounded number of kinds fills neither the log nor the memory`() {
        var limiter = LogLimiter<String>(lines: 5, per: .seconds(1), kinds: 100)
        let lines = (0..<10_000).count { limiter.admit("access \($0)", at: start) != nil }
        #expect(lines == 100)
        #expect(limiter.admit("access 0", at: start) != nil)
        #expect(limiter.admit("access new", at: start + .seconds(2)) != nil)
    }

    @Test func `without a period a kind has its lines once for ever`() {
        var limiter = LogLimiter<Int>(per: nil, kinds: 2)
        #expect(limiter.admit(1, at: start)?.total == 0)
        #expect(limiter.admit(1, at: start + .seconds(1_000_000)) == nil)
        #expect(limiter.admit(2, at: start).map { [$0.ofKind, $0.total] } == [0, 1])
        #expect(limiter.admit(3, at: start) == nil)
    }
}
