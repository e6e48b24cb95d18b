internal import FoundationEssentials

/// What a person asks for on the account page.
enum AccountAction: Equatable {
    /// The end of one session, by its public id; nil if the field has none.
    case end(session: String?)
    /// The end of all sessions but the one of the request.
    case endOthers
    /// The end of all sessions.
    case endAll

    /// - Returns: Nil for a form without an action of the page.
    init?(_ fields: FormFields) {
        switch fields["action"] {
        case "end": self = .end(session: fields["session"].flatMap { UUID(uuidString: $0)?.uuidString.lowercased() })
        case "others": self = .endOthers
        case "all": self = .endAll
        default: return nil
        }
    }

    /// The action in the log.
    var audited: AuditAction {
        switch self {
        case .end: .sessionEnd
        case .endOthers: .logoutElsewhere
        case .endAll: .logoutEverywhere
        }
    }
}
