import EventLoop
import Testing

@testable import Sessions

/// Complete searches for the primary of a service.
@Suite struct RedisSentinelSearchTests {
    private static func server(_ name: String) -> ServerAddress { .tcp(host: name, port: 1) }
    private let s1 = server("s1")
    private let s2 = server("s2")
    private let s3 = server("s3")
    private let old = server("old")
    private let new = server("new")

    private func failure(_ findings: (ServerAddress, RedisSentinelFinding)...) -> RedisSentinelFailure {
        RedisSentinelFailure(findings: findings.map { .init(sentinel: $0, finding: $1) })
    }

    @Test func `the first sentinel's answer suffices if it is confirmed`() {
        var search = RedisSentinelSearch(sentinels: [s1, s2, s3])
        #expect(search.start() == .ask(s1))
        #expect(search.answered(.primary(old), by: s1) == .verify(old))
        #expect(search.verified(old, as: .primary) == .found(old))
        #expect(search.sentinels == [s1, s2, s3])
    }

    @Test func `the sentinel that led to the primary is asked first the next time`() {
        var search = RedisSentinelSearch(sentinels: [s1, s2, s3])
        #expect(search.start() == .ask(s1))
        #expect(search.failed(s1, reason: "timeout") == .ask(s2))
        #expect(search.failed(s2, reason: "timeout") == .ask(s3))
        #expect(search.answered(.primary(old), by: s3) == .verify(old))
        #expect(search.verified(old, as: .primary) == .found(old))
        #expect(search.sentinels == [s3, s1, s2])
        #expect(search.start() == .ask(s3))
        #expect(search.failed(s3, reason: "timeout") == .ask(s1))
    }

    @Test func `an outdated sentinel is passed over after a failover`() {
        var search = RedisSentinelSearch(sentinels: [s1, s2, s3])
        #expect(search.start() == .ask(s1))
        #expect(search.answered(.primary(old), by: s1) == .verify(old))
        // The old primary came back as a replica.
        #expect(search.verified(old, as: .replica) == .ask(s2))
        #expect(search.answered(.primary(new), by: s2) == .verify(new))
        #expect(search.verified(new, as: .primary) == .found(new))
        #expect(search.sentinels == [s2, s1, s3])
    }

    @Test func `during a failover the search fails, and the next one succeeds`() {
        var search = RedisSentinelSearch(sentinels: [s1, s2, s3])
        #expect(search.start() == .ask(s1))
        #expect(search.answered(.primary(old), by: s1) == .verify(old))
        #expect(search.notVerified(old, reason: "connection refused") == .ask(s2))
        // The same address is not verified again.
        #expect(search.answered(.primary(old), by: s2) == .ask(s3))
        #expect(search.answered(.primary(new), by: s3) == .verify(new))
        let expected = failure(
            (s1, .unreachable(old, reason: "connection refused")),
            (s2, .unreachable(old, reason: "connection refused")),
            (s3, .notPrimary(new, .replica)))
        #expect(search.verified(new, as: .replica) == .givenUp(expected))
        #expect(search.sentinels == [s1, s2, s3])
        // In a later search the address is verified again.
        #expect(search.start() == .ask(s1))
        #expect(search.answered(.primary(new), by: s1) == .verify(new))
        #expect(search.verified(new, as: .primary) == .found(new))
    }

    @Test func `of two different answers the one that the server confirms is used`() {
        var search = RedisSentinelSearch(sentinels: [s1, s2, s3])
        #expect(search.start() == .ask(s1))
        #expect(search.answered(.primary(old), by: s1) == .verify(old))
        #expect(search.verified(old, as: .replica) == .ask(s2))
        #expect(search.answered(.primary(old), by: s2) == .ask(s3))
        #expect(search.answered(.primary(new), by: s3) == .verify(new))
        #expect(search.verified(new, as: .primary) == .found(new))
    }

    @Test func `the search fails if all sentinels are down`() {
        var search = RedisSentinelSearch(sentinels: [s1, s2, s3])
        for _ in 0..<2 {
            #expect(search.start() == .ask(s1))
            #expect(search.failed(s1, reason: "connection refused") == .ask(s2))
            #expect(search.failed(s2, reason: "no answer within 200ms") == .ask(s3))
            let expected = failure(
                (s1, .failed(reason: "connection refused")), (s2, .failed(reason: "no answer within 200ms")),
                (s3, .failed(reason: "connection refused")))
            #expect(search.failed(s3, reason: "connection refused") == .givenUp(expected))
        }
    }

    @Test func `the search fails if no sentinel knows the service`() {
        var search = RedisSentinelSearch(sentinels: [s1, s2])
        #expect(search.start() == .ask(s1))
        #expect(search.answered(.unknownService, by: s1) == .ask(s2))
        let expected = failure((s1, .unknownService), (s2, .unknownService))
        #expect(search.answered(.unknownService, by: s2) == .givenUp(expected))
    }

    @Test func `a sentinel that names a sentinel is passed over`() {
        var search = RedisSentinelSearch(sentinels: [s1])
        #expect(search.start() == .ask(s1))
        #expect(search.answered(.primary(s2), by: s1) == .verify(s2))
        #expect(search.verified(s2, as: .sentinel) == .givenUp(failure((s1, .notPrimary(s2, .sentinel)))))
    }

    @Test func `late and unexpected answers change nothing`() {
        var search = RedisSentinelSearch(sentinels: [s1, s2])
        #expect(search.failed(s1, reason: "") == nil)
        #expect(search.verified(old, as: .primary) == nil)
        #expect(search.start() == .ask(s1))
        #expect(search.answered(.primary(old), by: s2) == nil)
        #expect(search.verified(old, as: .primary) == nil)
        #expect(search.notVerified(old, reason: "") == nil)
        #expect(search.failed(s1, reason: "timeout") == .ask(s2))
        #expect(search.answered(.primary(old), by: s1) == nil)
        #expect(search.answered(.primary(new), by: s2) == .verify(new))
        #expect(search.verified(old, as: .replica) == nil)
        #expect(search.answered(.primary(old), by: s2) == nil)
        #expect(search.verified(new, as: .primary) == .found(new))
        #expect(search.verified(new, as: .primary) == nil)
    }

    @Test func `a new search replaces the one under way`() {
        var search = RedisSentinelSearch(sentinels: [s1, s2])
        #expect(search.start() == .ask(s1))
        #expect(search.failed(s1, reason: "timeout") == .ask(s2))
        #expect(search.start() == .ask(s1))
        #expect(search.failed(s2, reason: "timeout") == nil)
        #expect(search.answered(.primary(old), by: s1) == .verify(old))
        #expect(search.start() == .ask(s1))
        #expect(search.verified(old, as: .primary) == nil)
    }

    @Test func `the reason has the finding about each sentinel`() {
        let failure = failure(
            (s1, .failed(reason: "connection refused")), (s2, .unknownService), (s3, .notPrimary(old, .replica)),
            (s1, .unreachable(new, reason: "timeout")))
        #expect(
            "\(failure)" == """
                sentinel s1:1: connection refused; sentinel s2:1: does not know the service; \
                sentinel s3:1: names old:1, which is a replica; sentinel s1:1: names new:1, which does not answer: timeout
                """)
    }
}
