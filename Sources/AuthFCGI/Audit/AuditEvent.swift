internal import FoundationEssentials
internal import Logging

/// An event that concerns a login, a session or a user: one line of the log, with uniform fields for who did what, when
/// and from where. It has no field for a secret.
struct AuditEvent {
    let action: AuditAction
    let outcome: AuditOutcome
    var reason: AuditReason?
    var subject: AuditSubject
    /// The client's address as nginx knows it, or nil if no client caused the event.
    var client: String?
    /// The public id of the session concerned.
    var session: String?
    /// Additional fields by name.
    var details: [String: String]

    init(
        _ action: AuditAction, _ outcome: AuditOutcome = .success, _ reason: AuditReason? = nil,
        of subject: AuditSubject = .nobody, session: String? = nil, client: String? = nil,
        details: [String: String] = [:]
    ) {
        self.action = action
        self.outcome = outcome
        self.reason = reason
        self.subject = subject
        self.session = session
        self.client = client
        self.details = details
    }

    /// The beginning of the line, which operators search for.
    var message: String { outcome == .success ? action.done : "\(action.attempt) \(outcome.rawValue)" }

    /// Returns all fields.
    /// - Parameter moment: The time of the event. Not every log records a time, and a line may be written later.
    func metadata(at moment: Date) -> Logger.Metadata {
        var fields: Logger.Metadata = details.mapValues { .string($0) }
        fields["event"] = "\(action.rawValue)"
        fields["outcome"] = "\(outcome.rawValue)"
        fields["time"] = "\(moment.formatted(Self.timeFormat))"
        if let reason { fields["reason"] = "\(reason.rawValue)" }
        if let client { fields["client"] = "\(client)" }
        if let session { fields["session"] = "\(session)" }
        switch subject {
        case .user(let id, let name):
            fields["user"] = "\(id)"
            if let name { fields["username"] = "\(name)" }
        case .unknownName(let hash): fields["name_hash"] = "\(hash ?? "-")"
        case .nobody: break
        }
        return fields
    }

    /// RFC 3339 in UTC, with milliseconds.
    private static let timeFormat = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}
