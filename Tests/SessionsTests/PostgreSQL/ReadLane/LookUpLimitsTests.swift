import EventLoop
import Testing

@testable import Sessions

@Suite struct LookUpLimitsTests {
    private func limits(leaseTime: Duration) -> LookUpLimits {
        LookUpLimits(leaseTime: leaseTime, deadline: .seconds(1), lookUps: 10)
    }

    @Test func `heartbeats renew the lease four times, and come every two seconds at least`() {
        #expect(limits(leaseTime: .seconds(1)).heartbeatInterval == .milliseconds(250))
        #expect(limits(leaseTime: .seconds(60)).heartbeatInterval == .seconds(2))
    }

    @Test func `look-ups may queue for half of the lease, and half a second at most`() {
        let now = ReadLaneValues.time(0)
        for (leaseTime, most) in [(400, 200), (1000, 500), (5000, 500)] {
            let limits = limits(leaseTime: .milliseconds(leaseTime))
            #expect(limits.allowMore(oldest: now, at: now + .milliseconds(most)))
            #expect(!limits.allowMore(oldest: now, at: now + .milliseconds(most + 1)))
            #expect(limits.allowMore(oldest: nil, at: now))
        }
    }
}
