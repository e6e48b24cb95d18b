/// What a request asks for, by its path and method alone.
enum Route: Equatable {
    case verify
    case login
    case me
    case logout
    case health
    case readiness
    /// There is such a path, but not with this method; the text is for the header `Allow`.
    case methodNotAllowed(allow: StaticString)
    case unknown

    /// - Parameters:
    ///   - path: SCRIPT_NAME and PATH_INFO, one behind the other: what nginx has decided, never the client's own
    ///     spelling of the URI.
    ///   - method: REQUEST_METHOD. A HEAD is a GET: nginx leaves the body away.
    init(path: String, method readMethod: @autoclosure () -> String) {
        // A check, which is what nearly every request is, does not depend on the method.
        if path == "/auth/verify" {
            self = .verify
            return
        }
        let method = readMethod()
        switch path {
        case "/auth/login": self = method == "POST" ? .login : .methodNotAllowed(allow: "POST")
        case "/auth/me": self = Self.isRead(method) ? .me : .methodNotAllowed(allow: "GET, HEAD")
        case "/auth/logout": self = method == "POST" ? .logout : .methodNotAllowed(allow: "POST")
        case "/healthz": self = Self.isRead(method) ? .health : .methodNotAllowed(allow: "GET, HEAD")
        case "/readyz": self = Self.isRead(method) ? .readiness : .methodNotAllowed(allow: "GET, HEAD")
        default: self = path.hasPrefix("/auth/verify/") ? .verify : .unknown
        }
    }

    private static func isRead(_ method: String) -> Bool { method == "GET" || method == "HEAD" }

    static func == (a: Route, b: Route) -> Bool {
        switch (a, b) {
        case (.verify, .verify), (.login, .login), (.me, .me), (.logout, .logout), (.health, .health),
            (.readiness, .readiness), (.unknown, .unknown):
            true
        case (.methodNotAllowed(let a), .methodNotAllowed(let b)): a.description == b.description
        default: false
        }
    }
}
