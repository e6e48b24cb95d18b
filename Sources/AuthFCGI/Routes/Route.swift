internal import EventLoop

/// The route of a request, determined by its path and method.
enum Route: Equatable {
    case verify
    /// The check for fronts that hand its answer to the client.
    case forward
    case signInPage
    case login
    case me
    case signOutPage
    case logout
    case accountPage
    case account
    case resetPage
    case reset
    case password
    case sessions
    /// One session of the user, by its public id.
    case session(id: String)
    case health
    case readiness
    /// Numbers for Prometheus.
    case metrics
    /// Numbers for `authfcgi status`.
    case status
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
        case "/auth/forward": self = .forward
        case "/auth/login": self = Self.page(method, .signInPage, .login)
        case "/auth/me": self = Self.isRead(method) ? .me : .methodNotAllowed(.read)
        case "/auth/logout": self = Self.page(method, .signOutPage, .logout)
        case "/auth/account": self = Self.page(method, .accountPage, .account)
        case "/auth/reset": self = Self.page(method, .resetPage, .reset)
        case "/auth/password": self = method == "POST" ? .password : .methodNotAllowed(.post)
        case "/auth/sessions": self = Self.isRead(method) ? .sessions : .methodNotAllowed(.read)
        case "/healthz": self = Self.isRead(method) ? .health : .methodNotAllowed(.read)
        case "/readyz": self = Self.isRead(method) ? .readiness : .methodNotAllowed(.read)
        case "/metrics": self = Self.isRead(method) ? .metrics : .methodNotAllowed(.read)
        case "/statusz": self = Self.isRead(method) ? .status : .methodNotAllowed(.read)
        default:
            if path.hasPrefix("/auth/verify/") {
                self = .verify
            } else if path.hasPrefix("/auth/forward/") {
                self = .forward
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

    /// The route of a path with a page, which is read, and its form, which is posted.
    private static func page(_ method: String, _ page: Route, _ form: Route) -> Route {
        if isRead(method) { return page }
        return method == "POST" ? form : .methodNotAllowed(.readAndPost)
    }

    private static func isRead(_ method: String) -> Bool { method == "GET" || method == "HEAD" }
}
