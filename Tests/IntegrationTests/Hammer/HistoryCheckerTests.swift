import TestSupport
import Testing

/// The hammer's checker: the violations that it must find, and the histories that it must accept. Times are
/// milliseconds; the revocation delay D is one second.
@Suite struct HistoryCheckerTests {
    private static func violations(_ events: [HistoryEvent]) -> [HistoryViolation] {
        HistoryChecker(revocationDelay: .seconds(1)).violations(in: History(events))
    }

    private static func event(
        _ operation: HistoryEvent.Operation, _ result: HistoryEvent.Result = .accepted, of session: Int? = 1,
        user: Int = 7, at times: ClosedRange<Int>, pod: Int? = 0
    ) -> HistoryEvent {
        HistoryEvent(
            operation, result, session: session, user: user, from: .milliseconds(times.lowerBound),
            to: .milliseconds(times.upperBound), pod: pod)
    }

    private static let login = event(.login, at: 0...10)

    /// A history of the login, of `acts` and of one check breaks nothing.
    private static func expectLegal(
        _ acts: [HistoryEvent], _ check: HistoryEvent, _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(violations([login] + acts + [check]) == [], sourceLocation: location)
    }

    /// A history of the login, of `acts` and of one check is broken by that check.
    private static func expectBroken(
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

    // MARK: Ends of all of a user's sessions

    @Test func `a logout of all sessions counts for the other ones from its acknowledgement on`() {
        let other = Self.event(.login, of: 2, at: 0...20)
        let acts = [other, Self.event(.logoutEverywhere, of: 2, at: 100...200)]
        Self.expectBroken(acts, Self.event(.check, at: 1201...1202))
        Self.expectLegal(acts, Self.event(.check, at: 1200...1202))
        Self.expectLegal(acts, Self.event(.check, .refused, at: 101...102))
        Self.expectBroken(acts, Self.event(.check, .refused, at: 50...60))
    }

    @Test func `a logout of all sessions with a token that may have ended may leave the others`() {
        let other = Self.event(.login, of: 2, at: 0...20)
        let everywhere = Self.event(.logoutEverywhere, of: 2, at: 100...200)
        for rival in [
            Self.event(.logout, .cannotTell, of: 2, at: 30...40), Self.event(.adminRevoke, of: 2, at: 150...300),
        ] {
            Self.expectLegal([other, rival, everywhere], Self.event(.check, at: 5000...5001))
            Self.expectLegal([other, rival, everywhere], Self.event(.check, .refused, at: 5000...5001))
            // Its own session has ended all the same.
            Self.expectBroken([other, rival, everywhere], Self.event(.check, of: 2, at: 1301...1302))
        }
        // What began only when it was over, and what ended another session alone, took nothing from it.
        for rival in [Self.event(.adminRevoke, of: 2, at: 200...300), Self.event(.logout, .failed, of: 3, at: 30...40)]
        {
            Self.expectBroken([other, rival, everywhere], Self.event(.check, at: 1201...1202))
        }
    }

    @Test func `the end of a user's other sessions leaves the one that asked for it`() {
        let other = Self.event(.login, of: 2, at: 0...20)
        let acts = [other, Self.event(.logoutOthers, of: 2, at: 100...200)]
        Self.expectBroken(acts, Self.event(.check, at: 1201...1202))
        Self.expectLegal(acts, Self.event(.check, .refused, at: 101...102))
        Self.expectLegal(acts, Self.event(.check, of: 2, at: 5000...5001))
        Self.expectBroken(acts, Self.event(.check, .refused, of: 2, at: 5000...5001))
        // It may ask again, and be asked to come back.
        let again = [Self.event(.logoutOthers, .cannotTell, of: 2, at: 50...60)]
        Self.expectBroken(acts + again, Self.event(.check, at: 1201...1202))
        Self.expectBroken(acts + again, Self.event(.check, .refused, of: 2, at: 5000...5001))
        // One that has ended before is out, and others may not be.
        let ended = [Self.event(.adminRevoke, of: 2, at: 30...40)]
        Self.expectLegal(acts + ended, Self.event(.check, at: 5000...5001))
    }

    @Test func `the end of everybody's sessions counts for all`() {
        let all = Self.event(.adminRevokeAll, of: nil, user: -1, at: 100...200)
        Self.expectBroken([all], Self.event(.check, at: 1201...1202))
        Self.expectLegal([all], Self.event(.check, .refused, at: 101...102))
        Self.expectBroken([all], Self.event(.check, .refused, at: 50...99))
        let unsure = Self.event(.adminRevokeAll, .failed, of: nil, user: -1, at: 100...200)
        Self.expectLegal([unsure], Self.event(.check, at: 5000...5001))
        Self.expectLegal([unsure], Self.event(.check, .refused, at: 5000...5001))
        // It may have ended a session that ends the others.
        let others = [Self.event(.login, of: 2, at: 0...20), Self.event(.logoutOthers, of: 2, at: 300...400), unsure]
        Self.expectLegal(others, Self.event(.check, at: 5000...5001))
    }

    @Test func `a login beside the end of all of a user's sessions may go either way`() {
        for end in [HistoryEvent.Operation.logoutEverywhere, .adminRevokeUser] {
            let first = Self.event(.login, of: 2, at: 0...5)
            let revocation = Self.event(end, of: end == .adminRevokeUser ? nil : 2, at: 5...9)
            Self.expectLegal([first, revocation], Self.event(.check, at: 5000...5001))
            Self.expectLegal([first, revocation], Self.event(.check, .refused, at: 5000...5001))
        }
    }

    @Test func `a login after the end of all of a user's sessions counts`() {
        let (first, later) = (Self.event(.login, of: 2, at: 0...5), Self.event(.login, .accepted, of: 3, at: 200...210))
        for end in [HistoryEvent.Operation.logoutEverywhere, .adminRevokeUser] {
            var revocation = Self.event(end, of: end == .adminRevokeUser ? nil : 2, at: 100...200)
            let refused = Self.event(.check, .refused, of: 3, at: 5000...5001)
            #expect(Self.violations([first, later, revocation, refused]).map(\.check) == [refused])
            revocation.end = .milliseconds(201)
            #expect(Self.violations([first, later, revocation, refused]) == [])
            // Unacknowledged, it may still be waiting somewhere to be carried out.
            revocation.result = .failed
            #expect(Self.violations([first, later, revocation, refused]) == [])
        }
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

/// Histories of a world in which all goes as promised: a session ends at one moment, and each pod notices it at most a
/// second later.
private enum LegalHistory {
    static func make(_ random: inout SeededGenerator) -> [HistoryEvent] {
        (0..<6).flatMap { session in events(of: session, &random) }.shuffled(using: &random)
    }

    private static func events(of session: Int, _ random: inout SeededGenerator) -> [HistoryEvent] {
        func event(
            _ operation: HistoryEvent.Operation, _ result: HistoryEvent.Result, _ start: Duration, _ end: Duration,
            pod: Int?
        ) -> HistoryEvent {
            HistoryEvent(operation, result, session: session, user: session, from: start, to: end, pod: pod)
        }
        let started = random.milliseconds(0...1000)
        let known = started + random.milliseconds(1...50)
        var events = [event(.login, .accepted, started, known, pod: nil)]
        var ends: Duration?
        if random.chance(0.8) {
            var begun = known + random.milliseconds(200...1000)
            // Tries that nobody answers; the last one is acknowledged.
            let first = begun
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let given = begun + random.milliseconds(1...100)
                events.append(event(.logout, random.chance(0.5) ? .failed : .cannotTell, begun, given, pod: 0))
                begun = given + random.milliseconds(1...500)
            }
            let acknowledged = begun + random.milliseconds(1...100)
            events.append(event(.logout, .accepted, begun, acknowledged, pod: 1))
            let span = acknowledged - first
            ends = first + span * Double.random(in: 0...1, using: &random)
        }
        for pod in 0..<2 {
            let lag = random.milliseconds(0...1000)
            for _ in 0..<30 {
                let start = known + random.milliseconds(0...5000)
                let noticed = ends.map { start > $0 + lag } ?? false
                let result: HistoryEvent.Result =
                    random.chance(0.05) ? .cannotTell : noticed ? .refused : .accepted
                events.append(event(.check, result, start, start + random.milliseconds(1...300), pod: pod))
            }
        }
        return events
    }
}
