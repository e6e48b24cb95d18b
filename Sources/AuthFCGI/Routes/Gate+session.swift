internal import EventLoop
internal import Logging
internal import Sessions

/// What somebody who is signed in asks about the own session.
extension Gate {
    /// `GET /auth/me`.
    func me(_ exchange: FastCGIExchange) {
        let token: SessionToken
        switch credentials(of: exchange) {
        case .token(let offered, _): token = offered
        case .none, .invalid(.bearer), .invalid(.cookie): return exchange.respond(.unauthorized())
        case .invalid(.severalCookies):
            var response = Response.unauthorized("there are several session cookies: sign in again")
            response.add(.setCookie, cookie.expired)
            return exchange.respond(response)
        }
        EventLoop.spawn { [self] in
            do throws(SessionStoreError) {
                let session = try await store.session(for: token)
                exchange.respond(session.map { .json(MeAnswer($0)) } ?? .unauthorized())
            } catch {
                exchange.respond(.unavailable())
            }
        }
    }

    /// `POST /auth/logout`, with `?all=1` of all of the user's sessions. 204 means that it is committed; it is no error
    /// to be out already.
    func logout(_ exchange: FastCGIExchange) {
        switch credentials(of: exchange) {
        case .none: exchange.respond(loggedOut(exchange, hadCookie: false))
        case .invalid(let source): exchange.respond(loggedOut(exchange, hadCookie: source != .bearer))
        case .token(let token, let source):
            guard source == .bearer || isSameOrigin(exchange) else {
                return exchange.respond(
                    .error(
                        .forbidden, code: "cross_origin",
                        message: "a cookie ends a session only for a page of this site; others send the token as Bearer"
                    ))
            }
            let everywhere = Self.asksForAll(exchange.parameter("QUERY_STRING") ?? "")
            EventLoop.spawn { [self] in
                do throws(SessionStoreError) {
                    try await end(token, everywhere: everywhere)
                    exchange.respond(loggedOut(exchange, hadCookie: source == .cookie))
                } catch {
                    exchange.respond(.unavailable("the session could not be ended; try again"))
                }
            }
        }
    }

    private func end(_ token: SessionToken, everywhere: Bool) async throws(SessionStoreError) {
        guard everywhere else { return try await store.revoke(token) }
        guard let session = try await store.session(for: token) else { return }
        try await store.revokeAll(ofUser: session.identity.userID)
        log.info("logout everywhere", metadata: ["user": "\(session.identity.userID)"])
    }

    private func loggedOut(_ exchange: FastCGIExchange, hadCookie: Bool) -> Response {
        let isForm = exchange.parameter("CONTENT_TYPE")?.hasPrefix("application/x-www-form-urlencoded") ?? false
        var response = isForm ? Response(.seeOther, headers: [(.location, "/")]) : Response(.noContent)
        if hadCookie { response.add(.setCookie, cookie.expired) }
        return response
    }

    private func isSameOrigin(_ exchange: FastCGIExchange) -> Bool {
        SameOrigin.isProved(
            fetchSite: exchange.parameter("HTTP_SEC_FETCH_SITE"), origin: exchange.parameter("HTTP_ORIGIN"),
            host: exchange.parameter("AUTH_ORIGINAL_HOST"), scheme: exchange.parameter("REQUEST_SCHEME"))
    }

    private static func asksForAll(_ query: String) -> Bool { query.split(separator: "&").contains("all=1") }
}
