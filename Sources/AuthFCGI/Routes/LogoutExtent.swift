/// Which sessions a logout ends.
enum LogoutExtent: Equatable {
    case this
    /// All of the user, this one included.
    case all
    /// All of the user but this one.
    case others

    var action: AuditAction {
        switch self {
        case .this: .logout
        case .all: .logoutEverywhere
        case .others: .logoutElsewhere
        }
    }

    /// - Parameter query: the request's query. Who asks for all gets all.
    init(query: String) {
        let parts = query.split(separator: "&")
        self = parts.contains("all=1") ? .all : parts.contains("others=1") ? .others : .this
    }
}
