import EventLoop
import FoundationEssentials
import Testing

@testable import Sessions

/// Each clause of the rule alone, and the order of events. Times are seconds; this machine's clock and the database's
/// start at zero together unless a test says otherwise.
@Suite struct FreshnessRuleTests {
    private static let here = ServerIncarnation(startedAt: DatabaseInstant(microseconds: 1))
    private static let elsewhere = ServerIncarnation(startedAt: DatabaseInstant(microseconds: 2))
    let hash = SHA256Digest(Array(repeating: 7, count: 32).span) ?? SHA256Digest()
    let otherHash = SHA256Digest(Array(repeating: 8, count: 32).span) ?? SHA256Digest()
    let ann = UserKey("ann")

    static func machine(_ seconds: Double) -> BootInstant { BootInstant(nanoseconds: Int64(seconds * 1e9)) }
    private static func database(_ seconds: Double) -> DatabaseInstant {
        DatabaseInstant(microseconds: Int64(seconds * 1e6))
    }

    func snapshot(
        asOf: Double, expires: Double = 86_400, origin: ServerIncarnation = here
    ) throws -> SessionSnapshot {
        let session = Session(
            id: "00010203-0405-0607-0809-0a0b0c0d0e0f", identity: Identity(userID: "ann", username: "ann"),
            createdAt: Self.database(0).date, expiresAt: Self.database(expires).date)
        return SessionSnapshot(
            session: try #require(PackedSession(session)), asOf: Self.database(asOf), origin: origin)
    }

    /// Returns a rule that has listened since `start` and whose last heartbeat was sent, and answered at once, at
    /// `last`.
    func rule(listeningSince start: Double = 0, lastHeartbeat last: Double) -> FreshnessRule {
        var rule = FreshnessRule(leaseTime: .seconds(1))
        beat(&rule, at: start, isFirst: true)
        beat(&rule, at: last)
        return rule
    }

    func beat(
        _ rule: inout FreshnessRule, at time: Double, clock: Double? = nil, origin: ServerIncarnation = here,
        isFirst: Bool = false
    ) {
        beatAndAsk(&rule, at: time, clock: clock, origin: origin, isFirst: isFirst)
    }

    /// Records a heartbeat.
    ///
    /// - Returns: True if all stored snapshots should be dropped.
    @discardableResult
    func beatAndAsk(
        _ rule: inout FreshnessRule, at time: Double, clock: Double? = nil, origin: ServerIncarnation = here,
        isFirst: Bool = false, listens: Bool = true
    ) -> Bool {
        rule.takeHeartbeat(
            clock: Self.database(clock ?? time), origin: origin, sentAt: Self.machine(time), isFirst: isFirst,
            listens: listens) != nil
    }

    func accepts(_ rule: FreshnessRule, _ snapshot: SessionSnapshot, at time: Double) -> Bool {
        rule.accepts(snapshot, on: hash, of: ann, at: Self.machine(time))
    }

    // MARK: Lease

    @Test func `no snapshot is fresh before the first heartbeat is answered`() throws {
        let rule = FreshnessRule(leaseTime: .seconds(1))
        #expect(!accepts(rule, try snapshot(asOf: 1), at: 1))
    }

    @Test func `a lease lasts its time from the heartbeat's sending, to the nanosecond`() throws {
        let rule = rule(lastHeartbeat: 10)
        let known = try snapshot(asOf: 9)
        #expect(accepts(rule, known, at: 10))
        #expect(accepts(rule, known, at: 10.999_999))
        let end = Self.machine(11)
        #expect(!rule.accepts(known, on: hash, of: ann, at: end))
        #expect(rule.accepts(known, on: hash, of: ann, at: BootInstant(nanoseconds: end.nanoseconds - 1)))
    }

    @Test func `the lease of a late answer counts from the sending of its heartbeat`() throws {
        var rule = rule(lastHeartbeat: 10)
        // Sent at 10.2 and answered now, at 10.9; the clock was read in between.
        beat(&rule, at: 10.2, clock: 10.8)
        #expect(accepts(rule, try snapshot(asOf: 9), at: 11.19))
        #expect(!accepts(rule, try snapshot(asOf: 9), at: 11.2))
    }

    @Test func `a late answer to an older heartbeat does not shorten the lease`() throws {
        var rule = rule(lastHeartbeat: 10)
        beat(&rule, at: 9.5, clock: 9.6)
        #expect(accepts(rule, try snapshot(asOf: 9), at: 10.9))
    }

    @Test func `the lease ends at once when the server is the wrong one, and holds again with the right one`() throws {
        var rule = rule(lastHeartbeat: 10)
        rule.endLease()
        #expect(!accepts(rule, try snapshot(asOf: 9), at: 10.1))
        beat(&rule, at: 10.2)
        #expect(accepts(rule, try snapshot(asOf: 9), at: 10.3))
    }

    // MARK: Listening

    @Test func `a snapshot from before the start of listening, or of the same instant, is not fresh`() throws {
        let rule = rule(listeningSince: 5, lastHeartbeat: 10)
        #expect(!accepts(rule, try snapshot(asOf: 4), at: 10))
        #expect(!accepts(rule, try snapshot(asOf: 5), at: 10))
        #expect(accepts(rule, try snapshot(asOf: 5.000_001), at: 10))
    }

    @Test func `after a new connection older snapshots are not fresh`() throws {
        var rule = rule(lastHeartbeat: 10)
        beat(&rule, at: 10.5, isFirst: true)
        #expect(!accepts(rule, try snapshot(asOf: 10.4), at: 10.6))
        #expect(accepts(rule, try snapshot(asOf: 10.55), at: 10.6))
    }

    @Test func `a snapshot of another server is not fresh, even if its clock is ahead`() throws {
        var rule = rule(lastHeartbeat: 10)
        #expect(!accepts(rule, try snapshot(asOf: 9, origin: Self.elsewhere), at: 10))
        // A new primary whose clock is behind: the old one's snapshots look newer than the start of listening.
        beat(&rule, at: 10.5, clock: 3, origin: Self.elsewhere, isFirst: true)
        #expect(!accepts(rule, try snapshot(asOf: 10.4), at: 10.6))
    }

    @Test func `a clock that was set back does not make old snapshots look new`() throws {
        var rule = rule(lastHeartbeat: 3600)
        // The connection was lost, and the database's clock went back an hour.
        beat(&rule, at: 3600.5, clock: 0.5, isFirst: true)
        #expect(!accepts(rule, try snapshot(asOf: 3600.1), at: 3600.6))
        #expect(!accepts(rule, try snapshot(asOf: 0.6), at: 3600.6))
    }

    // MARK: Age

    @Test func `an old snapshot, one from the future, and one of an ended session are not fresh`() throws {
        var rule = rule(lastHeartbeat: 400)
        #expect(accepts(rule, try snapshot(asOf: 100), at: 400))
        #expect(!accepts(rule, try snapshot(asOf: 99.999), at: 400))
        #expect(!accepts(rule, try snapshot(asOf: 400.001), at: 400))
        #expect(accepts(rule, try snapshot(asOf: 390, expires: 400.5), at: 400.499))
        #expect(!accepts(rule, try snapshot(asOf: 390, expires: 400.5), at: 400.5))
        // Between heartbeats the database's clock advances.
        beat(&rule, at: 400.5)
        #expect(!accepts(rule, try snapshot(asOf: 100.3), at: 400.6))
    }

    @Test func `an old snapshot stays too old when the database's clock is set back`() throws {
        var rule = rule(lastHeartbeat: 400)
        let old = try snapshot(asOf: 50)
        #expect(!accepts(rule, old, at: 400))
        beat(&rule, at: 401, clock: 60)
        #expect(!accepts(rule, old, at: 401.1))
    }

    @Test func `a clock that was set back is followed again when no snapshot from before can be fresh`() throws {
        var rule = rule(lastHeartbeat: 3600)
        let late = try snapshot(asOf: 3600)
        var worthless: [Double] = []
        // Two hours of heartbeats with a clock that was set back by an hour.
        for time in stride(from: 3601.0, to: 10_800, by: 1) {
            if beatAndAsk(&rule, at: time, clock: time - 3600) { worthless.append(time) }
            // Too old while the earlier clock is remembered, from the future later on. Snapshots that should be dropped
            // by then are not checked any more.
            if time > 3900, time < 7200 { #expect(!accepts(rule, late, at: time)) }
        }
        #expect(worthless.count == 1)
        // At most two periods of six minutes after it.
        let found = try #require(worthless.first)
        #expect((3600 + 300...3600 + 730).contains(found), "\(found)")
        #expect(accepts(rule, try snapshot(asOf: 7190, expires: 86_400), at: 10_799.5))
    }

    @Test func `another server invalidates all stored snapshots, another connection to the same one does not`() {
        var rule = rule(lastHeartbeat: 10)
        #expect(!beatAndAsk(&rule, at: 11, isFirst: true))
        #expect(beatAndAsk(&rule, at: 12, clock: 5, origin: Self.elsewhere, isFirst: true))
        #expect(!beatAndAsk(&rule, at: 13, clock: 6, origin: Self.elsewhere))
        // The new server's clock counts, not the former one's.
        #expect(rule.databaseTime(at: Self.machine(13)).map { $0 < Self.database(6.1) } == true)
    }

    @Test func `without notifications there is a clock and no lease`() throws {
        var rule = rule(lastHeartbeat: 10)
        beatAndAsk(&rule, at: 10.5, listens: false)
        #expect(!accepts(rule, try snapshot(asOf: 9), at: 10.6))
        #expect(rule.databaseTime(at: Self.machine(11)) != nil)
    }

    @Test func `a session without an end is fresh`() throws {
        let rule = rule(lastHeartbeat: 10)
        var packed = try snapshot(asOf: 9).session.bytes
        packed.replaceSubrange(25..<33, with: [255, 255, 255, 255, 255, 255, 255, 127])  // infinity
        let endless = PackedSession(bytes: packed)
        #expect(endless.expiresAt == DatabaseInstant(microseconds: .max))
        let known = SessionSnapshot(session: endless, asOf: Self.database(9), origin: Self.here)
        #expect(accepts(rule, known, at: 10))
    }
}
