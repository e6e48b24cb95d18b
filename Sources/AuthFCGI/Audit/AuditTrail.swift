internal import EventLoop
internal import Logging

/// The recorder that writes each event as a line of the log.
@EventLoop
final class AuditTrail: AuditRecorder {
    private let log: Logger
    private let slot: OwnSlot?
    private let now: @EventLoop () -> BootInstant
    /// Limits events that clients can cause at any rate, since neither a query nor a hash precedes them. There are as
    /// many kinds as users.
    private var limiter = LogLimiter<String>(lines: linesPerSecond, per: .seconds(1), kinds: 100)

    /// The maximum number of lines of one kind per period.
    static let linesPerSecond = 5
    private static let maxClient = 64

    /// - Parameters:
    ///   - slot: The slot in which events are counted, those without a line too; nil for none.
    ///   - now: The clock; tests use their own.
    init(log: Logger, slot: OwnSlot? = nil, now: @escaping @EventLoop () -> BootInstant = { .now }) {
        self.log = log
        self.slot = slot
        self.now = now
    }

    func record(_ event: AuditEvent, from client: String?) {
        count(event)
        write(event, from: client)
    }

    private func count(_ event: AuditEvent) { slot?.count(.event(event.action, event.outcome)) }

    private func write(_ event: AuditEvent, from client: String?) {
        var event = event
        event.client = client.flatMap { $0.isEmpty ? nil : String($0.prefix(Self.maxClient)) } ?? "-"
        log.audit(event)
    }

    func recordSparingly(_ event: AuditEvent, from client: String?) {
        count(event)
        var kind = "\(event.action.rawValue) \(event.reason?.rawValue ?? "")"
        if case .user(let id, _) = event.subject { kind += " " + id }
        guard let suppressed = limiter.admit(kind, at: now()) else { return }
        var event = event
        if suppressed.total > 0 { event.details["suppressed"] = "\(suppressed.total)" }
        write(event, from: client)
    }
}
