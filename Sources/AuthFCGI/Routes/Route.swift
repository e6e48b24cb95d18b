internal import EventLoop

/// The route of a request, determined by its path and method.
enum Route: Equatable {
    case verify
    case login
    case me
    case logout
    case password
    case accountPage
    case account
    case resetPage
    case reset
    case sessions
    /// One session of the user, by its public id.
    case session(id: String)
    case health
    case readiness
    /// The path exists, but not with this method.
    case methodNotAllowed(Methods)
    case unknown

    /// The methods of a path.
    enum Methods {
        case read
        case post
        case readAndPost
        case delete

        /// The value of the header `Allow`.
        var names: StaticString {
            switch self {
            case .read: "GET, HEAD"
            case .post: "POST"
            case .readAndPost: "GET, HEAD, POST"
            case .delete: "DELETE"
            }
        }
    }

    /// The path of checks, which nearly all requests are; any method.
    static let verifyPath: StaticString = "/auth/verify"

    /// Determines the route.
    /// - Parameters:
    ///   - path: The path as decided by the front proxy, never the client's own spelling of the URI.
    ///   - method: The method. HEAD is treated as GET: the front proxy omits the body.
    init(path: String, method: String) {
        switch path {
        case Self.verifyPath.description: self = .verify
        case "/auth/login": self = method == "POST" ? .login : .methodNotAllowed(.post)
        case "/auth/me": self = Self.isRead(method) ? .me : .methodNotAllowed(.read)
        case "/auth/logout": self = method == "POST" ? .logout : .methodNotAllowed(.post)
        case "/auth/password": self = method == "POST" ? .password : .methodNotAllowed(.post)
        case "/auth/account": self = Self.page(.accountPage, .account, method)
        case "/auth/reset": self = Self.page(.resetPage, .reset, method)
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

    /// Returns the UUID in `/auth/sessions/UUID`, or nil unless it has the form in which the list shows it.
    private static func sessionID(_ path: String) -> String? {
        let prefix = "/auth/sessions/"
        guard path.hasPrefix(prefix) else { return nil }
        let id = path.utf8.dropFirst(prefix.utf8.count)
        guard id.count == 36 else { return nil }
        for (index, byte) in id.enumerated() {
            let isHyphen = [8, 13, 18, 23].contains(index)
            let isDigit = byte.hexDigitValue != nil && byte == byte.asciiLowercased
            guard isHyphen ? byte == UInt8(ascii: "-") : isDigit else { return nil }
        }
        return String(id)
    }

    /// Returns the route of a page, or of its form.
    private static func page(_ page: Route, _ form: Route, _ method: String) -> Route {
        isRead(method) ? page : method == "POST" ? form : .methodNotAllowed(.readAndPost)
    }

    private static func isRead(_ method: String) -> Bool { method == "GET" || method == "HEAD" }
}
