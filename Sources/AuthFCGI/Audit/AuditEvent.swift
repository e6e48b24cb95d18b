internal import FoundationEssentials
internal import Logging

/// Something that happened to a login, a session or a user: one line of the log, with fields that are named alike in
/// all of them, for those who ask later who did what, when and from where. There is no place in it for a secret.
struct AuditEvent {
    let action: AuditAction
    let outcome: AuditOutcome
    var reason: AuditReason?
    var subject: AuditSubject
    /// The client's address, as nginx knows it; nil for what no client asked for.
    var client: String?
    /// The public id of the session that it is about.
    var session: String?
    /// What else belongs to it, by the field's name.
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

    /// What the line begins with, and people search for.
    var message: String { outcome == .success ? action.done : "\(action.attempt) \(outcome.rawValue)" }

    /// All fields.
    ///
    /// - Parameter moment: when it happened. Not every log is kept by something that notes the time, and a line may
    ///   have waited for its reader.
    func metadata(at moment: Date) -> Logger.Metadata {
        var fields: Logger.Metadata = details.mapValues { .string($0) }
        fields["event"] = "\(action.rawValue)"
        fields["outcome"] = "\(outcome.rawValue)"
        fields["time"] = "\(moment.formatted(Self.timeFormat))"
        if let reason { fields["reason"] = "\(reason.rawValue)" }
        if let client { fields["client"] = "\(client)" }
        if let session { fields["session"] = "\(session)" }
        switch subject {
        case .user(let id): fields["user"] = "\(id)"
        case .unknownName(let hash): fields["name_hash"] = "\(hash ?? "-")"
        case .nobody: break
        }
        return fields
    }

    /// RFC 3339 in UTC, to the millisecond.
    private static let timeFormat = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}
