/// A check whose answer breaks a promise, and what makes it so.
package enum HistoryViolation: Equatable, Sendable {
    /// It began too late after this revocation was acknowledged to be accepted.
    case acceptedAfterRevocation(check: HistoryEvent, revocation: HistoryEvent)
    /// It began too late after this refusal to be accepted: a session that has ended never comes back.
    case acceptedAfterRefusal(check: HistoryEvent, refusal: HistoryEvent)
    /// It was refused, while nobody had begun to end the session since this login was acknowledged.
    case refusedWhileLive(check: HistoryEvent, login: HistoryEvent)
    /// It was accepted as somebody else's.
    case mistaken(check: HistoryEvent)

    package var check: HistoryEvent {
        switch self {
        case .acceptedAfterRevocation(let check, _), .acceptedAfterRefusal(let check, _),
            .refusedWhileLive(let check, _), .mistaken(let check):
            check
        }
    }
}

extension HistoryViolation: CustomStringConvertible {
    package var description: String {
        switch self {
        case .acceptedAfterRevocation(let check, let revocation):
            "accepted \((check.start - revocation.end).inSeconds) s after its end was acknowledged:\n\(revocation)\n\(check)"
        case .acceptedAfterRefusal(let check, let refusal):
            "accepted \((check.start - refusal.end).inSeconds) s after it was refused:\n\(refusal)\n\(check)"
        case .refusedWhileLive(let check, let login):
            "refused although nobody had begun to end it:\n\(login)\n\(check)"
        case .mistaken(let check): "accepted as somebody else's:\n\(check)"
        }
    }
}
