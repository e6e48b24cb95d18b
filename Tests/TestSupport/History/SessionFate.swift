/// What a history says about when one session began and ended.
struct SessionFate: Sendable {
    /// The acknowledged login.
    let login: HistoryEvent
    /// Of the acknowledged revocations that surely reached it, the one acknowledged first.
    private(set) var revocation: HistoryEvent?
    /// When the first revocation that may have reached it was begun.
    private(set) var mayEndFrom: Duration?
    /// The refusal after the login that was told first.
    private(set) var refusal: HistoryEvent?

    init(login: HistoryEvent) {
        self.login = login
    }

    /// A revocation that may have ended the session.
    mutating func add(_ event: HistoryEvent, isSure: Bool) {
        mayEndFrom = min(mayEndFrom ?? event.start, event.start)
        guard isSure, event.end < revocation?.end ?? .seconds(Int64.max) else { return }
        revocation = event
    }

    mutating func add(refusal event: HistoryEvent) {
        guard event.start >= login.end, event.end < refusal?.end ?? .seconds(Int64.max) else { return }
        refusal = event
    }
}
