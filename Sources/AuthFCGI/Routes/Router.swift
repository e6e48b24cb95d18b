internal import EventLoop

/// Hands each request to the routes that answer it.
@EventLoop
final class Router {
    private let checks: CheckRoutes
    private let logins: LoginRoutes
    private let sessions: SessionRoutes
    private let passwords: PasswordRoutes
    private let health: HealthRoutes

    init(
        checks: CheckRoutes, logins: LoginRoutes, sessions: SessionRoutes, passwords: PasswordRoutes,
        health: HealthRoutes
    ) {
        self.checks = checks
        self.logins = logins
        self.sessions = sessions
        self.passwords = passwords
        self.health = health
    }

    func answer(_ exchange: Exchange) {
        // An authorizer asks one question only, whatever the path of the request it asks about.
        guard exchange.question == .byPath, !exchange.request.isFor(path: Route.verifyPath) else {
            return checks.verify(exchange)
        }
        switch Route(path: exchange.request.fullPath, method: exchange.request[.method] ?? "GET") {
        case .verify: checks.verify(exchange)
        case .login: logins.login(exchange)
        case .me: sessions.me(exchange)
        case .logout: sessions.logout(exchange)
        case .password: passwords.change(exchange)
        case .sessions: sessions.list(exchange)
        case .session(let id): sessions.end(id, exchange)
        case .health: health.health(exchange)
        case .readiness: health.readiness(exchange)
        case .methodNotAllowed(let methods):
            exchange.respond(
                .error(
                    .methodNotAllowed, code: "method_not_allowed", message: "this path takes \(methods.names)",
                    headers: [(.allow, HeaderValue(stringLiteral: methods.names))]))
        case .unknown:
            exchange.respond(.error(.notFound, code: "not_found", message: "there is nothing at this path"))
        }
    }
}
