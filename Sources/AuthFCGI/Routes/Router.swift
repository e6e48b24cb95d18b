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

    func answer(_ exchange: Exchange) {
        // The role of an authorizer has no other question, whatever the path of the request.
        guard exchange.question == .byPath, !exchange.request.isFor(path: Route.verifyPath) else {
            return checks.verify(exchange)
        }
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
