import EventLoop
import FoundationEssentials
import Testing

@testable import Sessions

// Revocations that were heard.
extension FreshnessRuleTests {
    @Test func `no snapshot of an ended session is fresh, however new`() throws {
        var rule = rule(lastHeartbeat: 10)
        rule.hear(.ended([hash]), at: Self.machine(10))
        beat(&rule, at: 20)
        #expect(!accepts(rule, try snapshot(asOf: 9), at: 20))
        #expect(!accepts(rule, try snapshot(asOf: 19), at: 20))
        #expect(rule.accepts(try snapshot(asOf: 9), on: otherHash, of: ann, at: Self.machine(20)))
    }

    @Test(arguments: ["changed", "user", "everything"])
    func `after a change a snapshot is fresh again if it is newer than the notification`(
        _ kind: String
    ) throws {
        var rule = rule(lastHeartbeat: 10)
        let revocation: Revocation =
            switch kind {
            case "changed": .changed([hash])
            case "user": .user(ann)
            default: .everything
            }
        rule.hear(revocation, at: Self.machine(10.5))
        // Until a heartbeat has determined the database's time of the notification, no snapshot is new enough.
        #expect(!accepts(rule, try snapshot(asOf: 10.6), at: 10.7))
        // An earlier heartbeat does not determine it.
        beat(&rule, at: 10.4)
        #expect(!accepts(rule, try snapshot(asOf: 10.6), at: 10.7))
        beat(&rule, at: 10.8)
        #expect(!accepts(rule, try snapshot(asOf: 10.6), at: 11))
        #expect(!accepts(rule, try snapshot(asOf: 10.8), at: 11))
        #expect(accepts(rule, try snapshot(asOf: 10.9), at: 11))
        if kind != "everything" {
            #expect(rule.accepts(try snapshot(asOf: 9), on: otherHash, of: UserKey("bob"), at: Self.machine(11)))
        }
    }

    @Test func `a change does not undo an end`() throws {
        var rule = rule(lastHeartbeat: 10)
        rule.hear(.ended([hash]), at: Self.machine(10.1))
        rule.hear(.changed([hash]), at: Self.machine(10.2))
        beat(&rule, at: 11)
        #expect(!accepts(rule, try snapshot(asOf: 10.9), at: 11.1))
    }

    @Test func `a snapshot is not fresh after a clock jump between it and the revocation`() throws {
        var rule = rule(lastHeartbeat: 10)
        // The database's clock jumps an hour ahead, a query is answered, the user signs out: all between two
        // heartbeats.
        let early = try snapshot(asOf: 3610.1)
        rule.hear(.user(ann), at: Self.machine(10.2))
        beat(&rule, at: 10.25, clock: 3610.25)
        #expect(!accepts(rule, early, at: 10.3))
        // The clock jumps back before the next heartbeat.
        var second = self.rule(lastHeartbeat: 3610)
        second.hear(.user(ann), at: Self.machine(3610.2))
        beat(&second, at: 3610.25, clock: 10.25)
        #expect(!accepts(second, try snapshot(asOf: 3610.1), at: 3610.3))
    }

    @Test func `marks outlive every snapshot from before them`() throws {
        var rule = rule(lastHeartbeat: 10)
        rule.hear(.ended([hash]), at: Self.machine(10))
        rule.hear(.user(ann), at: Self.machine(10))
        beat(&rule, at: 10.1)
        for time in stride(from: 20.0, to: 310, by: 10) {
            beat(&rule, at: time)
            // Other sessions end meanwhile.
            rule.hear(.ended([otherHash]), at: Self.machine(time))
            #expect(!accepts(rule, try snapshot(asOf: 9.9), at: time))
        }
    }

    @Test func `too many marks become one mark for everything`() throws {
        var rule = rule(lastHeartbeat: 10)
        let many = (0..<20_001).map { SHA256.digest(Array("\($0)".utf8).span) }
        rule.hear(.ended(many), at: Self.machine(10.1))
        beat(&rule, at: 10.2)
        #expect(!accepts(rule, try snapshot(asOf: 9), at: 10.3))
        #expect(accepts(rule, try snapshot(asOf: 10.25), at: 10.3))
    }
}
