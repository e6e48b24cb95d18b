internal import Logging
internal import Sessions

/// The check: is this request signed in, and as whom?
extension Gate {
    func verify(_ exchange: FastCGIExchange) {
        switch credentials(of: exchange) {
        case .none: exchange.respond(Self.notSignedIn, keep: false)
        case .invalid(let source): refuse(exchange, source)
        case .token(let token, let source):
            store.lookUp(token) { [self] answer in
                switch answer {
                case .success(.some(let session)): accept(exchange, session)
                case .success(nil): refuse(exchange, source)
                case .failure: exchange.respond(Self.cannotTell, keep: false)
                }
            }
        }
    }

    private static let refusal = Response(.unauthorized, headers: [(.wwwAuthenticate, "Bearer")])
    private static let notSignedIn = SerializedResponse(refusal)
    private static let cannotTell = SerializedResponse(Response(.serviceUnavailable, headers: [(.retryAfter, 1)]))

    private func refuse(_ exchange: FastCGIExchange, _ source: Credentials.Source) {
        guard source == .severalCookies else { return exchange.respond(Self.notSignedIn, keep: false) }
        var response = Self.refusal
        response.add(.setCookie, cookie.expired)
        exchange.respond(response, keep: false)
    }

    /// Every identity header always goes out, empty if need be: what a client sent under its name must never stay.
    private func accept(_ exchange: FastCGIExchange, _ session: Session) {
        if let text = exchange.parameter("AUTH_REQUIRE"), !text.isEmpty {
            do throws(Requirement.Unreadable) {
                guard try Requirement(text).isMet(by: session.identity) else {
                    return exchange.respond(Response(.forbidden), keep: false)
                }
            } catch {
                log.error("AUTH_REQUIRE is not understood: '\(text)'; write 'group NAME', 'user NAME', 'and', 'or'")
                return exchange.respond(Self.cannotTell, keep: false)
            }
        }
        let identity = session.identity
        let user = HeaderValue(encoding: identity.username)
        let groups = HeaderValue(list: identity.groups)
        let name = HeaderValue(encoding: identity.name)
        let email = HeaderValue(encoding: identity.email)
        let userID = HeaderValue(encoding: identity.userID)
        let sessionID = HeaderValue(encoding: session.id)
        switch exchange.role {
        case .responder:
            exchange.respond(
                Response(
                    .ok,
                    headers: [
                        (.remoteUser, user), (.remoteGroups, groups), (.remoteName, name), (.remoteEmail, email),
                        (.authUserID, userID), (.authSessionID, sessionID),
                    ]), keep: false)
        case .authorizer:
            exchange.respond(
                Response(
                    .ok,
                    headers: [
                        (.variable("REMOTE_USER"), user), (.variable("REMOTE_GROUPS"), groups),
                        (.variable("REMOTE_NAME"), name), (.variable("REMOTE_EMAIL"), email),
                        (.variable("AUTH_USER_ID"), userID), (.variable("AUTH_SESSION_ID"), sessionID),
                    ]), keep: false)
        }
    }
}
