internal import EventLoop
internal import Logging

/// The recorder that writes each event as a line of the log.
@EventLoop
final class AuditTrail: AuditRecorder {
    private let log: Logger
    private let now: @EventLoop () -> BootInstant
    /// Limits events that clients can cause at any rate, since neither a query nor a hash precedes them. There are as
    /// many kinds as users.
    private var limiter = LogLimiter<String>(lines: linesPerSecond, per: .seconds(1), kinds: 100)

    /// The maximum number of lines of one kind per period.
    static let linesPerSecond = 5
    private static let maxClient = 64

    /// - Parameter now: The clock; tests use their own.
    init(log: Logger, now: @escaping @EventLoop () -> BootInstant = { .now }) {
        self.log = log
        self.now = now
    }

    func record(_ event: AuditEvent, from client: String?) {
        var event = event
        event.client = client.flatMap { $0.isEmpty ? nil : String($0.prefix(Self.maxClient)) } ?? "-"
        log.audit(event)
    }

    func recordSparingly(_ event: AuditEvent, from client: String?) {
        var kind = "\(event.action.rawValue) \(event.reason?.rawValue ?? "")"
        if case .user(let id, _) = event.subject { kind += " " + id }
        guard let suppressed = limiter.admit(kind, at: now()) else { return }
        var event = event
        if suppressed.total > 0 { event.details["suppressed"] = "\(suppressed.total)" }
        record(event, from: client)
    }
}
