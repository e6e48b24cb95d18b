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
    /// Where checks go, with any method: what nearly every request is for.
    static let verifyPath: StaticString = "/auth/verify"

    /// There is such a path, but not with this method; the text is for the header `Allow`.
    case methodNotAllowed(allow: StaticString)
    case unknown

    /// - Parameters:
    ///   - path: SCRIPT_NAME and PATH_INFO, one behind the other: what nginx has decided, never the client's own
    ///     spelling of the URI.
    ///   - method: REQUEST_METHOD. A HEAD is a GET: nginx leaves the body away.
    init(path: String, method: String) {
        switch path {
        case Self.verifyPath.description: self = .verify
        case "/auth/login": self = method == "POST" ? .login : .methodNotAllowed(allow: "POST")
        case "/auth/me": self = Self.isRead(method) ? .me : .methodNotAllowed(allow: "GET, HEAD")
        case "/auth/logout": self = method == "POST" ? .logout : .methodNotAllowed(allow: "POST")
        case "/auth/password": self = method == "POST" ? .password : .methodNotAllowed(allow: "POST")
        case "/auth/sessions": self = Self.isRead(method) ? .sessions : .methodNotAllowed(allow: "GET, HEAD")
        case "/healthz": self = Self.isRead(method) ? .health : .methodNotAllowed(allow: "GET, HEAD")
        case "/readyz": self = Self.isRead(method) ? .readiness : .methodNotAllowed(allow: "GET, HEAD")
        default:
            if path.hasPrefix("/auth/verify/") {
                self = .verify
            } else if let id = Self.sessionID(path) {
                self = method == "DELETE" ? .session(id: id) : .methodNotAllowed(allow: "DELETE")
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

    static func == (a: Route, b: Route) -> Bool {
        switch (a, b) {
        case (.verify, .verify), (.login, .login), (.me, .me), (.logout, .logout), (.password, .password),
            (.health, .health),
            (.sessions, .sessions), (.readiness, .readiness), (.unknown, .unknown):
            true
        case (.session(let a), .session(let b)): a == b
        case (.methodNotAllowed(let a), .methodNotAllowed(let b)): a.description == b.description
        default: false
        }
    }
}
