/// Checks a history against the guarantees for sessions:
///
/// 1. No check is accepted that starts later than `revocationDelay` after a revocation of its session was acknowledged.
/// 2. No check is accepted that starts that much later than a refusal of the session: a session that has ended stays
///    ended.
/// 3. From the acknowledgement of the login on, no check is refused on any pod before a revocation of the session was
///    started.
/// 4. An accepted check returns the user of the session.
///
/// "Cannot tell" and missing responses violate nothing. A revocation with such a result may have happened, not have
/// happened, or happen later: from its start on both results of a check are correct, until another revocation is
/// acknowledged or the session is refused.
package struct HistoryChecker: Sendable {
    private let revocationDelay: Duration

    package init(revocationDelay: Duration) {
        self.revocationDelay = revocationDelay
    }

    /// Returns all violations, ordered by the time of their start.
    package func violations(in history: History) -> [HistoryViolation] {
        let fates = fates(history.events)
        return history.events.compactMap { check in
            guard check.operation == .check, let session = check.session, let fate = fates[session] else { return nil }
            return violation(by: check, fate)
        }.sorted { $0.check.start < $1.check.start }
    }

    /// Returns the checks that could have violated the first guarantee: those that started when the revocation had to
    /// be effective, and not so much later that every pod knew of it.
    package func decisiveChecks(in history: History, within time: Duration = .seconds(2)) -> [HistoryEvent] {
        let fates = fates(history.events)
        return history.events.filter { check in
            guard check.operation == .check, let session = check.session, let end = fates[session]?.revocation?.end
            else { return false }
            return check.start > end + revocationDelay && check.start <= end + revocationDelay + time
        }
    }

    private func violation(by check: HistoryEvent, _ fate: SessionFate) -> HistoryViolation? {
        switch check.result {
        case .accepted:
            if let revocation = fate.revocation, check.start > revocation.end + revocationDelay {
                return .acceptedAfterRevocation(check: check, revocation: revocation)
            }
            if let refusal = fate.refusal, check.start > refusal.end + revocationDelay {
                return .acceptedAfterRefusal(check: check, refusal: refusal)
            }
            return nil
        case .refused:
            let mayHaveEnded = fate.mayEndFrom.map { $0 < check.end } ?? false
            guard check.start >= fate.login.end, !mayHaveEnded else { return nil }
            return .refusedWhileLive(check: check, login: fate.login)
        case .mistaken: return .mistaken(check: check)
        case .cannotTell, .failed: return nil
        }
    }

    /// Returns the fate of each session whose login was acknowledged.
    private func fates(_ events: [HistoryEvent]) -> [Int: SessionFate] {
        var fates: [Int: SessionFate] = [:]
        for event in events where event.operation == .login && event.result == .accepted {
            if let session = event.session { fates[session] = SessionFate(login: event) }
        }
        let revocations = events.filter(\.operation.isRevocation)
        let ofUser = Dictionary(grouping: revocations.filter(\.operation.endsUser), by: \.user)
        let ofSession = Dictionary(grouping: revocations.filter(\.operation.endsItsOwn), by: \.session)
        let ofAll = revocations.filter { $0.operation == .adminRevokeAll }

        for (session, fate) in fates {
            for event in ofSession[session, default: []] {
                fates[session]?.add(event, isSure: event.result == .accepted)
            }
            let user = fate.login.user
            for event in ofUser[user, default: []] + ofAll
            where event.session != session && mayReach(event, fate.login) {
                let logins = event.session.map { fates[$0]?.login }
                let rivals = ofUser[user, default: []] + ofAll + ofSession[event.session ?? session, default: []]
                let hadAnEffect = logins.map { hadRight(event, login: $0, rivals) } ?? true
                let isSure = event.result == .accepted && fate.login.end <= event.start && hadAnEffect
                fates[session]?.add(event, isSure: isSure)
            }
        }
        for event in events where event.operation == .check && event.result == .refused {
            if let session = event.session { fates[session]?.add(refusal: event) }
        }
        return fates
    }

    /// Returns whether a revocation of all of a user's sessions may end the session of this login. It may not if it
    /// ended before the login started. A revocation without an acknowledgement may take effect at any time.
    private func mayReach(_ event: HistoryEvent, _ login: HistoryEvent) -> Bool {
        event.result != .accepted || login.start < event.end
    }

    /// Returns whether a logout everywhere was sent with a session that was valid the whole time. Otherwise it is
    /// acknowledged because its own session has ended, and the other sessions may continue.
    private func hadRight(_ event: HistoryEvent, login: HistoryEvent?, _ rivals: [HistoryEvent]) -> Bool {
        guard let login, login.end <= event.start else { return false }
        return !rivals.contains {
            $0 != event && $0.start < event.end
                && ($0.session == event.session ? $0.operation.endsItsOwn : mayReach($0, login))
        }
    }
}
