/// What a request asks for, by its path and method alone.
enum Route: Equatable {
    case verify
    case login
    case me
    case logout
    case password
    case sessions
    /// One session of the user, by its public id.
    case session(id: String)
    case health
    case readiness
    /// There is such a path, but not with this method.
    case methodNotAllowed(Methods)
    case unknown

    /// The methods that a path takes.
    enum Methods {
        case read
        case post
        case delete

        /// For the header `Allow`.
        var names: StaticString {
            switch self {
            case .read: "GET, HEAD"
            case .post: "POST"
            case .delete: "DELETE"
            }
        }
    }

    /// Where checks go, with any method: what nearly every request is for.
    static let verifyPath: StaticString = "/auth/verify"

    /// - Parameters:
    ///   - path: what the front has decided, never the client's own spelling of the URI.
    ///   - method: a HEAD is a GET: the front leaves the body away.
    init(path: String, method: String) {
        switch path {
        case Self.verifyPath.description: self = .verify
        case "/auth/login": self = method == "POST" ? .login : .methodNotAllowed(.post)
        case "/auth/me": self = Self.isRead(method) ? .me : .methodNotAllowed(.read)
        case "/auth/logout": self = method == "POST" ? .logout : .methodNotAllowed(.post)
        case "/auth/password": self = method == "POST" ? .password : .methodNotAllowed(.post)
        case "/auth/sessions": self = Self.isRead(method) ? .sessions : .methodNotAllowed(.read)
        case "/healthz": self = Self.isRead(method) ? .health : .methodNotAllowed(.read)
        case "/readyz": self = Self.isRead(method) ? .readiness : .methodNotAllowed(.read)
        default:
            if path.hasPrefix("/auth/verify/") {
                self = .verify
            } else if let id = Self.sessionID(path) {
                self = method == "DELETE" ? .session(id: id) : .methodNotAllowed(.delete)
            } else {
                self = .unknown
            }
        }
    }

    /// The UUID of `/auth/sessions/UUID`, in the one form in which the list shows it.
    private static func sessionID(_ path: String) -> String? {
        let prefix = "/auth/sessions/"
        guard path.hasPrefix(prefix) else { return nil }
        let id = path.utf8.dropFirst(prefix.utf8.count)
        guard id.count == 36 else { return nil }
        for (index, byte) in id.enumerated() {
            switch byte {
            case UInt8(ascii: "-"): guard [8, 13, 18, 23].contains(index) else { return nil }
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"):
                guard ![8, 13, 18, 23].contains(index) else { return nil }
            default: return nil
            }
        }
        return String(id)
    }

    private static func isRead(_ method: String) -> Bool { method == "GET" || method == "HEAD" }
}
