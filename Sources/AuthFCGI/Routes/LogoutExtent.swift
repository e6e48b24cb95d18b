/// The sessions that a logout ends.
enum LogoutExtent: Equatable {
    case this
    /// All sessions of the user.
    case all
    /// All other sessions of the user.
    case others

    var action: AuditAction {
        switch self {
        case .this: .logout
        case .all: .logoutEverywhere
        case .others: .logoutElsewhere
        }
    }

    /// - Parameter query: The query of the request. `all` takes precedence.
    init(query: String) {
        let parts = query.split(separator: "&")
        self = parts.contains("all=1") ? .all : parts.contains("others=1") ? .others : .this
    }
}
