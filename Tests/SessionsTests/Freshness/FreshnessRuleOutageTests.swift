import EventLoop
import FoundationEssentials
import Testing

@testable import Sessions

/// The use of snapshots beyond the lease while PostgreSQL does not answer, for operators who enable it. Times are seconds;
/// the lease is one second, and the last heartbeat was sent at 1000, so that the lease ends at 1001. It is certain then
/// that PostgreSQL does not answer, unless a test says otherwise.
@Suite struct FreshnessRuleOutageTests {
    private static let here = ServerIncarnation(startedAt: DatabaseInstant(microseconds: 1))
    private static let elsewhere = ServerIncarnation(startedAt: DatabaseInstant(microseconds: 2))
    private let hash = SHA256.digest(Array("token".utf8).span)
    private let ann = UserKey("ann")
    private let hour = Duration.seconds(3600)

    private static func machine(_ seconds: Double) -> BootInstant { BootInstant(nanoseconds: Int64(seconds * 1e9)) }
    private static func database(_ seconds: Double) -> DatabaseInstant {
        DatabaseInstant(microseconds: Int64(seconds * 1e6))
    }

    private func rule(outage: Duration, listeningSince start: Double = 0) -> FreshnessRule {
        var rule = FreshnessRule(leaseTime: .seconds(1), outageTime: outage)
        beat(&rule, at: start, isFirst: true)
        beat(&rule, at: 1000)
        makeCertain(&rule)
        return rule
    }

    /// Two attempts to connect after the lease's end get no answer.
    private func makeCertain(_ rule: inout FreshnessRule, leaseEnd: Double = 1001) {
        _ = rule.noteNoAnswer(toAttemptAt: Self.machine(leaseEnd))
        let isCertain = rule.noteNoAnswer(toAttemptAt: Self.machine(leaseEnd + 0.1))
        #expect(isCertain)
    }

    private func beat(_ rule: inout FreshnessRule, at time: Double, isFirst: Bool = false, listens: Bool = true) {
        _ = rule.takeHeartbeat(
            clock: Self.database(time), origin: Self.here, sentAt: Self.machine(time), isFirst: isFirst,
            listens: listens)
    }

    private func snapshot(
        asOf: Double, expires: Double = 86_400, origin: ServerIncarnation = here
    ) throws -> SessionSnapshot {
        let session = Session(
            id: "00010203-0405-0607-0809-0a0b0c0d0e0f", identity: Identity(userID: "ann", username: "ann"),
            createdAt: Self.database(0).date, expiresAt: Self.database(expires).date)
        return SessionSnapshot(
            session: try #require(PackedSession(session)), asOf: Self.database(asOf), origin: origin)
    }

    private func accepts(
        _ rule: FreshnessRule, _ snapshot: SessionSnapshot, at time: Double, isOutage: Bool = true
    ) -> Bool {
        rule.accepts(snapshot, on: hash, of: ann, at: Self.machine(time), isOutage: isOutage)
    }

    @Test func `in an outage a snapshot is fresh for the lease's and the outage's time, to the nanosecond`() throws {
        let rule = rule(outage: hour)
        let known = try snapshot(asOf: 999)
        for time in [1000.0, 1000.9, 1001, 1002, 2000, 4600.9] { #expect(accepts(rule, known, at: time), "\(time)") }
        let end = Self.machine(1001 + 3600)
        let last = BootInstant(nanoseconds: end.nanoseconds - 1)
        #expect(rule.accepts(known, on: hash, of: ann, at: last, isOutage: true))
        #expect(rule.mayOutlastLease(at: last))
        #expect(!rule.accepts(known, on: hash, of: ann, at: end, isOutage: true))
        #expect(!rule.mayOutlastLease(at: end))
        #expect(!accepts(rule, known, at: 100_000))
    }

    @Test func `the end of the lease alone is no outage`() throws {
        var rule = FreshnessRule(leaseTime: .seconds(1), outageTime: hour)
        beat(&rule, at: 0, isFirst: true)
        beat(&rule, at: 1000)
        let known = try snapshot(asOf: 999)
        // This process may have stood still, or may be overloaded.
        #expect(!accepts(rule, known, at: 1001))
        #expect(!rule.outlastsLease(at: Self.machine(1001)) && rule.mayOutlastLease(at: Self.machine(1001)))
        #expect(rule.undecidedSince(Self.machine(1000.9)) == nil)
        #expect(rule.undecidedSince(Self.machine(1002)) == Self.machine(1001))
        makeCertain(&rule)
        #expect(accepts(rule, known, at: 1001.2) && rule.outlastsLease(at: Self.machine(1001.2)))
        #expect(rule.undecidedSince(Self.machine(1002)) == nil)
        #expect(!rule.outlastsLease(at: Self.machine(1000.9)), "the lease holds")
    }

    @Test func `an outage ends with any answer, and with a heartbeat`() throws {
        let known = try snapshot(asOf: 999)
        var answered = rule(outage: hour)
        answered.noteAnswer()
        #expect(!accepts(answered, known, at: 1002))
        makeCertain(&answered)
        #expect(accepts(answered, known, at: 1002))
        var renewed = rule(outage: hour)
        beat(&renewed, at: 1001.5)
        #expect(accepts(renewed, known, at: 1002.4, isOutage: false))
        #expect(!accepts(renewed, known, at: 1002.5))
    }

    @Test func `without a failed query no snapshot outlasts the lease`() throws {
        let rule = rule(outage: hour)
        let known = try snapshot(asOf: 999)
        #expect(accepts(rule, known, at: 1000.9, isOutage: false))
        #expect(!accepts(rule, known, at: 1001, isOutage: false))
        #expect(!accepts(rule, known, at: 1002, isOutage: false))
        #expect(!rule.hasLease(at: Self.machine(1001)))
    }

    @Test func `without an outage time an outage changes nothing`() throws {
        let rule = rule(outage: .zero)
        let known = try snapshot(asOf: 999)
        for time in [1000.0, 1000.999_999, 1001, 1001.000_001, 2000] {
            #expect(accepts(rule, known, at: time) == accepts(rule, known, at: time, isOutage: false), "\(time)")
            #expect(rule.mayOutlastLease(at: Self.machine(time)) == rule.hasLease(at: Self.machine(time)))
        }
        #expect(!accepts(rule, known, at: 1001))
    }

    @Test func `before the first heartbeat no snapshot is fresh in an outage either`() throws {
        let rule = FreshnessRule(leaseTime: .seconds(1), outageTime: hour)
        #expect(!accepts(rule, try snapshot(asOf: 1), at: 1))
        #expect(!rule.mayOutlastLease(at: Self.machine(1)))
    }

    @Test func `the age of a snapshot is that at the lease's end`() throws {
        let rule = rule(outage: hour)
        // Four minutes old at the lease's end, used half an hour later.
        #expect(accepts(rule, try snapshot(asOf: 761), at: 1001 + 1800))
        #expect(accepts(rule, try snapshot(asOf: 701), at: 1001 + 1800))
        #expect(!accepts(rule, try snapshot(asOf: 700.9), at: 1001 + 1800))
        #expect(!accepts(rule, try snapshot(asOf: 400), at: 1002))
        // While the lease holds, the present age counts.
        #expect(!accepts(rule, try snapshot(asOf: 700.4), at: 1000.5))
    }

    @Test func `in an outage sessions end, and snapshots from the future or another server are not fresh`() throws {
        let rule = rule(outage: hour, listeningSince: 900)
        #expect(accepts(rule, try snapshot(asOf: 999, expires: 1500), at: 1499.9))
        #expect(!accepts(rule, try snapshot(asOf: 999, expires: 1500), at: 1500))
        #expect(!accepts(rule, try snapshot(asOf: 999, origin: Self.elsewhere), at: 1500))
        #expect(!accepts(rule, try snapshot(asOf: 1501), at: 1500))
        // From before the start of listening.
        #expect(!accepts(rule, try snapshot(asOf: 900), at: 1500))
        #expect(accepts(rule, try snapshot(asOf: 900.1), at: 1500))
    }

    @Test(arguments: ["ended", "changed", "user", "everything"])
    func `a revocation counts until the end of the outage time`(_ kind: String) throws {
        let revocation: Revocation =
            switch kind {
            case "ended": .ended([hash])
            case "changed": .changed([hash])
            case "user": .user(ann)
            default: .everything
            }
        // Received after the last heartbeat, and well before it.
        for heard in [1000.5, 950] {
            var rule = FreshnessRule(leaseTime: .seconds(1), outageTime: hour)
            beat(&rule, at: 700, isFirst: true)
            if heard > 1000 { beat(&rule, at: 1000) }
            rule.hear(revocation, at: Self.machine(heard))
            if heard < 1000 { beat(&rule, at: 1000) }
            makeCertain(&rule)
            for time in [1001.0, 1002, 2800, 4600.9] {
                #expect(!accepts(rule, try snapshot(asOf: heard - 1), at: time), "heard at \(heard), used at \(time)")
            }
        }
    }

    @Test func `marks outlive an outage that ends with new revocations`() throws {
        var rule = rule(outage: hour)
        rule.hear(.ended([hash]), at: Self.machine(1000.5))
        // The server answers again on the same connection shortly before the outage time ends, and many sessions end.
        for time in stride(from: 4500.0, to: 4600, by: 10) {
            beat(&rule, at: time)
            rule.hear(.ended([SHA256.digest(Array("\(time)".utf8).span)]), at: Self.machine(time))
            #expect(!accepts(rule, try snapshot(asOf: time - 1), at: time))
        }
    }

    @Test func `an explicit end of the lease is final, in an outage too`() throws {
        var rule = rule(outage: hour)
        let known = try snapshot(asOf: 999)
        rule.endLease()
        #expect(!accepts(rule, known, at: 1000.1))
        #expect(!accepts(rule, known, at: 1002))
        #expect(!rule.mayOutlastLease(at: Self.machine(1002)))
        // A connection without notifications has no lease.
        var deaf = self.rule(outage: hour)
        beat(&deaf, at: 1000.5, listens: false)
        #expect(!accepts(deaf, known, at: 1000.6))
        #expect(!accepts(deaf, known, at: 1002))
    }
}
