internal import EventLoop

/// Dispatches requests to their routes.
@EventLoop
struct Router {
    let checks: CheckRoutes
    let signIn: SignInRoutes
    let signOut: SignOutRoutes
    let logins: LoginRoutes
    let sessions: SessionRoutes
    let account: AccountRoutes
    let reset: ResetRoutes
    let health: HealthRoutes
    /// Nil if there are no numbers.
    let metrics: MetricsRoutes?

    func answer(_ exchange: Exchange) {
        // An authorizer, and a socket for checks alone, have no other question, whatever the path of the request.
        guard exchange.question == .byPath, !exchange.request.isFor(path: Route.verifyPath) else {
            return checks.verify(exchange)
        }
        if let demand = exchange.request.pathDemand { return checks.verify(exchange, demanding: demand) }
        LogContext.with(exchange.request.logFields) { dispatch(exchange) }
    }

    private func dispatch(_ exchange: Exchange) {
        // Forms are sent by browsers, whose answers are pages; programs send JSON.
        let isForm = exchange.request.mediaType == .form
        switch Route(path: exchange.request.fullPath, method: exchange.request[.method] ?? "GET") {
        case .verify: checks.verify(exchange)
        case .forward: checks.forward(exchange)
        case .signInPage: signIn.page(exchange)
        case .login: isForm ? signIn.submit(exchange) : logins.signIn(exchange)
        case .me: sessions.me(exchange)
        case .signOutPage: signOut.page(exchange)
        case .logout: isForm ? signOut.submit(exchange) : sessions.logout(exchange)
        case .accountPage: account.page(exchange)
        case .account: account.change(exchange)
        case .resetPage: reset.page(exchange)
        case .reset: reset.submit(exchange)
        case .password: isForm ? account.changePassword(exchange) : logins.changePassword(exchange)
        case .sessions: sessions.list(exchange)
        case .session(let id): sessions.end(id, exchange)
        case .health: health.health(exchange)
        case .readiness: health.readiness(exchange)
        case .metrics, .status:
            guard let metrics else { return exchange.respond(.nothingHere) }
            metrics.answer(exchange)
        // The page that was the answer to the form, asked for again by its address.
        case .methodNotAllowed(.post) where exchange.request.isPageLoad: exchange.respond(AccountView.toPage)
        case .methodNotAllowed(let methods):
            exchange.respond(
                .error(
                    .methodNotAllowed, code: "method_not_allowed", message: "this path takes \(methods.names)",
                    headers: [(.allow, HeaderValue(stringLiteral: methods.names))]))
        case .unknown: exchange.respond(.nothingHere)
        }
    }
}
