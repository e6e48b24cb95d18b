import TestSupport
import Testing

/// The hammer's checker: the violations that it must find, and the histories that it must accept. Times are
/// milliseconds; the revocation delay D is one second.
@Suite struct HistoryCheckerTests {
    static func violations(_ events: [HistoryEvent]) -> [HistoryViolation] {
        HistoryChecker(revocationDelay: .seconds(1)).violations(in: History(events))
    }

    static func event(
        _ operation: HistoryEvent.Operation, _ result: HistoryEvent.Result = .accepted, of session: Int? = 1,
        user: Int = 7, at times: ClosedRange<Int>, pod: Int? = 0
    ) -> HistoryEvent {
        HistoryEvent(
            operation, result, session: session, user: user, from: .milliseconds(times.lowerBound),
            to: .milliseconds(times.upperBound), pod: pod)
    }

    private static let login = event(.login, at: 0...10)

    /// A history of the login, of `acts` and of one check breaks nothing.
    static func expectLegal(
        _ acts: [HistoryEvent], _ check: HistoryEvent, _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(violations([login] + acts + [check]) == [], sourceLocation: location)
    }

    /// A history of the login, of `acts` and of one check is broken by that check.
    static func expectBroken(
        _ acts: [HistoryEvent], _ check: HistoryEvent, _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(violations([login] + acts + [check]).map(\.check) == [check], sourceLocation: location)
    }

    // MARK: What was acknowledged as ended

    @Test(arguments: [HistoryEvent.Operation.logout, .logoutEverywhere, .adminRevoke, .adminRevokeUser])
    func `an accept that starts later than D after an acknowledged end is found`(_ end: HistoryEvent.Operation) {
        let revocation = Self.event(end, of: end == .adminRevokeUser ? nil : 1, at: 100...200)
        let late = Self.event(.check, at: 1201...1202, pod: 1)
        #expect(
            Self.violations([Self.login, revocation, late])
                == [.acceptedAfterRevocation(check: late, revocation: revocation)])
        // However long it takes to be answered, it is the start that counts.
        Self.expectLegal([revocation], Self.event(.check, at: 1200...5000))
        Self.expectLegal([revocation], Self.event(.check, at: 150...160))
        Self.expectLegal([revocation], Self.event(.check, .refused, at: 1201...1202))
    }

    @Test func `the first acknowledgement of an end counts`() {
        let twice = [Self.event(.logout, at: 100...200), Self.event(.logout, at: 900...950)]
        Self.expectBroken(twice, Self.event(.check, at: 1201...1202))
        Self.expectBroken(twice.reversed(), Self.event(.check, at: 1201...1202))
    }

    @Test func `the end of another session or another user's sessions ends nothing here`() {
        let others = [
            Self.event(.login, of: 2, at: 0...10), Self.event(.logout, .accepted, of: 2, at: 100...200),
            Self.event(.adminRevokeUser, of: nil, user: 8, at: 100...200),
        ]
        Self.expectLegal(others, Self.event(.check, at: 3000...3001))
        Self.expectBroken(others, Self.event(.check, .refused, at: 3000...3001))
    }

    @Test(arguments: [HistoryEvent.Result.cannotTell, .failed, .refused])
    func `an end without acknowledgement allows both answers from its start on`(_ result: HistoryEvent.Result) {
        for end in [HistoryEvent.Operation.logout, .logoutEverywhere, .adminRevoke] {
            let revocation = Self.event(end, result, at: 100...200)
            Self.expectLegal([revocation], Self.event(.check, at: 9000...9001))
            Self.expectLegal([revocation], Self.event(.check, .refused, at: 9000...9001))
            Self.expectBroken([revocation], Self.event(.check, .refused, at: 50...99))
            // Until it is acknowledged at the next try.
            let again = Self.event(end, at: 2000...2100)
            Self.expectBroken([revocation, again], Self.event(.check, at: 3101...3102))
        }
    }

    // MARK: What was not ended

    @Test func `a refusal before any end of the session was begun is found`() {
        let refused = Self.event(.check, .refused, at: 20...21, pod: 1)
        #expect(Self.violations([Self.login, refused]) == [.refusedWhileLive(check: refused, login: Self.login)])
        // At once after the login, on any pod.
        Self.expectBroken([], Self.event(.check, .refused, at: 10...11))
        // The end begins just when the refusal is told: it is not its cause.
        Self.expectBroken([Self.event(.logout, at: 21...30)], refused)
        Self.expectLegal([Self.event(.logout, at: 20...30)], refused)
        Self.expectLegal([Self.event(.logout, at: 20...30)], Self.event(.check, at: 20...21))
    }

    @Test func `errors and missing responses are always allowed`() {
        for result in [HistoryEvent.Result.cannotTell, .failed] {
            Self.expectLegal([], Self.event(.check, result, at: 20...21))
            Self.expectLegal([Self.event(.logout, at: 100...200)], Self.event(.check, result, at: 5000...5001))
        }
    }

    @Test func `a session whose creation was not acknowledged is not judged`() {
        let login = Self.event(.login, .cannotTell, of: 2, at: 0...10)
        #expect(Self.violations([login, Self.event(.check, .refused, of: 2, at: 20...21)]) == [])
    }

    @Test func `an answer with another user is found, whatever the session's state`() {
        let check = Self.event(.check, .mistaken, at: 20...21)
        #expect(Self.violations([Self.login, check]) == [.mistaken(check: check)])
        Self.expectBroken([Self.event(.logout, at: 15...30)], check)
    }

    // MARK: What ended stays ended

    @Test func `a session that was refused does not come back, acknowledged or not`() {
        let refusal = Self.event(.check, .refused, at: 300...310)
        let acts = [Self.event(.logout, .cannotTell, at: 100...200), refusal]
        Self.expectLegal(acts, Self.event(.check, at: 1310...1311, pod: 1))
        let late = Self.event(.check, at: 1311...1312, pod: 1)
        #expect(Self.violations([Self.login] + acts + [late]) == [.acceptedAfterRefusal(check: late, refusal: refusal)])
    }

    @Test func `the deciding checks are those within two seconds after an end must take effect`() {
        let times = [100...101, 1200...1201, 1201...1202, 3200...3201, 3201...3202]
        let checks = times.map { Self.event(.check, .refused, at: $0) }
        let elsewhere = Self.event(.check, of: 2, at: 1500...1501)
        let history = History([Self.login, Self.event(.logout, at: 100...200), elsewhere] + checks)
        #expect(HistoryChecker(revocationDelay: .seconds(1)).decisiveChecks(in: history) == Array(checks[2...3]))
    }

    // MARK: At random

    @Test func `any legal history passes, and fails when one event of it is moved`() throws {
        var moved = [0, 0, 0]
        for seed in 0..<300 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let events = LegalHistory.make(&random)
            try #require(Self.violations(events) == [], "seed \(seed)")
            let ended = events.filter { event in
                event.operation == .check
                    && events.contains { $0.operation.isRevocation && $0.session == event.session }
            }

            // A check to beyond the second after the acknowledgement.
            if let check = ended.filter({ $0.result == .accepted }).randomElement(using: &random),
                let end = events.first(where: {
                    $0.operation == .logout && $0.session == check.session && $0.result == .accepted
                })
            {
                moved[0] += 1
                try expectFound(in: events, moving: check, to: end.end + .milliseconds(1001), seed)
            }
            // A refusal to before anybody began to end the session.
            if let check = ended.filter({ $0.result == .refused }).randomElement(using: &random),
                let login = events.first(where: { $0.operation == .login && $0.session == check.session })
            {
                moved[1] += 1
                try expectFound(in: events, moving: check, to: login.end, seed)
            }
            // The end itself to after a refusal, where it was tried but once.
            let tries = Dictionary(grouping: events.filter(\.operation.isRevocation), by: \.session)
            if let end = tries.values.filter({ $0.count == 1 }).compactMap(\.first).randomElement(using: &random),
                let last = events.filter({ $0.session == end.session && $0.result == .refused }).map(\.end).max()
            {
                moved[2] += 1
                try expectFound(in: events, moving: end, to: last, seed)
            }
        }
        #expect(moved.allSatisfy { $0 > 100 }, "\(moved)")
    }

    private func expectFound(
        in events: [HistoryEvent], moving event: HistoryEvent, to start: Duration, _ seed: UInt64
    ) throws {
        let index = try #require(events.firstIndex(of: event))
        var moved = events
        moved[index].start = start
        moved[index].end = start + .milliseconds(1)
        #expect(Self.violations(moved) != [], "seed \(seed): \(event) moved to \(start)")
    }
}
