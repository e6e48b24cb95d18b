internal import Logging
internal import Sessions

/// The check: is this request signed in, and as whom?
extension Gate {
    func verify(_ exchange: FastCGIExchange) {
        slot?.count(.checks)
        switch credentials(of: exchange) {
        case .none: exchange.respond(Self.notSignedIn, keep: false)
        case .invalid(let source): refuse(exchange, source)
        case .token(let token, let source):
            if let session = store.keptSession(for: token) { return accept(exchange, session) }
            store.lookUp(token) { [self] answer in
                switch answer {
                case .success(.some(let session)): accept(exchange, session)
                case .success(nil): refuse(exchange, source)
                case .failure: exchange.respond(Self.storeCannotTell, keep: false)
                }
            }
        }
    }

    private static let unauthorized = Response(.unauthorized, headers: [(.wwwAuthenticate, "Bearer")])
    private static let notSignedIn = SerializedResponse(unauthorized)
    private static let storeCannotTell = SerializedResponse(cannotTell)

    private func refuse(_ exchange: FastCGIExchange, _ source: Credentials.Source) {
        guard source == .severalCookies else { return exchange.respond(Self.notSignedIn, keep: false) }
        var response = Self.unauthorized
        response.add(.setCookie, cookie.expired)
        exchange.respond(response, keep: false)
    }

    /// Every identity header always goes out, empty if need be: what a client sent under its name must never stay.
    private func accept(_ exchange: FastCGIExchange, _ session: PackedSession) {
        if let answer = unmetRequirement(of: session, exchange) { return exchange.respond(answer, keep: false) }
        exchange.respond(SerializedResponse(accepting: session, role: exchange.role), keep: false)
    }
}
