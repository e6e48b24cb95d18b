/// The times between which one session started and ended, according to a history.
struct SessionFate: Sendable {
    /// The acknowledged login.
    let login: HistoryEvent
    /// The revocation that was acknowledged first, of those that certainly ended the session.
    private(set) var revocation: HistoryEvent?
    /// The start of the first revocation that may have ended the session.
    private(set) var mayEndFrom: Duration?
    /// The refusal after the login whose response was read first.
    private(set) var refusal: HistoryEvent?

    init(login: HistoryEvent) {
        self.login = login
    }

    /// Adds a revocation that may have ended the session.
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
