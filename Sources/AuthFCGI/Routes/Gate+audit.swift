internal import EventLoop
internal import Logging
internal import Sessions

/// The lines of what clients do.
extension Gate {
    /// Writes the line of something that a request has led to.
    func audit(_ event: AuditEvent, _ exchange: FastCGIExchange) {
        var event = event
        event.client = exchange.parameter("REMOTE_ADDR").flatMap { $0.isEmpty ? nil : String($0.prefix(64)) } ?? "-"
        log.audit(event)
    }

    /// The same for what a client can cause as often as it likes: some lines a second.
    func auditSparingly(_ event: AuditEvent, _ exchange: FastCGIExchange) {
        var kind = "\(event.action.rawValue) \(event.reason?.rawValue ?? "")"
        if case .user(let id) = event.subject { kind += " " + id }
        guard let suppressed = auditLimiter.admit(kind, at: .now) else { return }
        var event = event
        if suppressed > 0 { event.details["suppressed"] = "\(suppressed)" }
        audit(event, exchange)
    }
}
