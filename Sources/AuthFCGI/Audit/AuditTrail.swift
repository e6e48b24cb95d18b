internal import EventLoop
internal import Logging

/// Writes a line of the log for each event that a client has led to.
@EventLoop
final class AuditTrail: AuditRecorder {
    private let log: Logger
    private let now: @EventLoop () -> BootInstant
    /// For events that clients can cause at any rate, as neither a look into the database nor a hash comes before them.
    /// The kinds are as many as there are users.
    private var limiter = LogLimiter<String>(lines: linesPerSecond, per: .seconds(1), kinds: 100)

    /// The maximum number of lines of one kind.
    static let linesPerSecond = 5
    private static let maxClient = 64

    /// - Parameter now: the clock; tests have one of their own.
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
        if case .user(let id) = event.subject { kind += " " + id }
        guard let suppressed = limiter.admit(kind, at: now()) else { return }
        var event = event
        if suppressed > 0 { event.details["suppressed"] = "\(suppressed)" }
        record(event, from: client)
    }
}
