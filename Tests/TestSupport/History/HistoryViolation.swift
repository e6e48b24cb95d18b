/// A check whose result violates a guarantee, and the event that makes it a violation.
package enum HistoryViolation: Equatable, Sendable {
    /// The check was accepted although it started too late after this revocation was acknowledged.
    case acceptedAfterRevocation(check: HistoryEvent, revocation: HistoryEvent)
    /// The check was accepted although it started too late after this refusal: a session that has ended stays ended.
    case acceptedAfterRefusal(check: HistoryEvent, refusal: HistoryEvent)
    /// The check was refused although no revocation of the session was started since this login was acknowledged.
    case refusedWhileLive(check: HistoryEvent, login: HistoryEvent)
    /// The check was accepted with another user's name.
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
