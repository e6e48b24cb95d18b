import EventLoop
import Testing

@testable import AuthFCGI

struct AuditLimiterTests {
    @Test func `of a kind there are so many lines a second, and the next says how many were left out`() {
        var limiter = AuditLimiter()
        let start = BootInstant.now
        let admitted = (0..<20).map { limiter.admit("login busy", at: start + .milliseconds($0 * 10)) }
        #expect(admitted.prefix(AuditLimiter.linesASecond).allSatisfy { $0 == 0 })
        #expect(admitted.dropFirst(AuditLimiter.linesASecond).allSatisfy { $0 == nil })
        #expect(limiter.admit("login busy", at: start + .milliseconds(999)) == nil)
        #expect(limiter.admit("login busy", at: start + .seconds(1)) == 21 - AuditLimiter.linesASecond)
        #expect(limiter.admit("login busy", at: start + .seconds(1)) == 0)
    }

    @Test func `one user's lines do not take another's place`() {
        var limiter = AuditLimiter()
        let start = BootInstant.now
        for _ in 0..<100 { _ = limiter.admit("access 1", at: start) }
        #expect(limiter.admit("access 2", at: start) == 100 - AuditLimiter.linesASecond)
    }

    @Test func `kinds without number do not fill the log or the memory either`() {
        var limiter = AuditLimiter()
        let start = BootInstant.now
        let lines = (0..<10_000).count { limiter.admit("access \($0)", at: start) != nil }
        #expect(lines == AuditLimiter.kindsASecond)
        #expect(limiter.admit("access 0", at: start) != nil)
        #expect(limiter.admit("access new", at: start + .seconds(2)) != nil)
    }
}
