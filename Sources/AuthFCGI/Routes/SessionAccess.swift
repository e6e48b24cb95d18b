internal import EventLoop
internal import Sessions

/// The session of a request, and the permission to change something.
@EventLoop
struct SessionAccess {
    let store: SessionStore
    let cookie: SessionCookie
    let audit: any AuditRecorder
    /// Nil above level debug.
    let refusals: RefusedCheckLog?

    /// Returns the token in the request.
    func credentials(of exchange: Exchange) -> Credentials {
        exchange.request.credentials(cookieName: cookie.nameBytes)
    }

    /// Returns the tokens in a request that ends sessions: of several cookies all that may be tokens, up to a number that no
    /// browser reaches by itself.
    func tokens(of request: OriginalRequest) -> [SessionToken] {
        switch request.credentials(cookieName: cookie.nameBytes) {
        case .token(let token, _): [token]
        case .none, .invalid(.bearer), .invalid(.cookie): []
        case .invalid(.severalCookies):
            request.withBytes(of: .cookie) { cookies in
                CookieValues(of: cookie.nameBytes, in: cookies).prefix(Self.maxTokens).compactMap { range in
                    SessionToken(cookies.extracting(range))
                }
            }
        }
    }

    private static let maxTokens = 8

    /// Returns the headers that make a browser forget that it was signed in.
    func expiredCookies(_ request: OriginalRequest) -> [(name: HeaderName, value: HeaderValue)] {
        // The form in which it is set comes first: some fronts hand on one header alone.
        var cookies = [cookie.expired] + cookie.otherForms(on: request[.host])
        if case .invalid(.severalCookies) = request.credentials(cookieName: cookie.nameBytes) {
            cookies += cookie.forms(below: [request.fullPath], on: request[.host])
        }
        return (cookies + [SignInRounds.forgotten].compactMap(\.self)).map { (.setCookie, $0) }
    }

    /// Calls `body` with the session of the request, or answers 401 or 503.
    /// - Parameters:
    ///   - exchange: The request.
    ///   - answersEnded: A handler for a token without a live session. It returns false if it has not answered.
    ///   - body: The handler of the session.
    func withSession(
        _ exchange: Exchange,
        orElse answersEnded: (@Sendable @EventLoop (SessionToken, Credentials.Source) async -> Bool)? = nil,
        _ body: @escaping @Sendable @EventLoop (SessionToken, Credentials.Source, Session) async -> Void
    ) {
        withSession(exchange, orElse: answersEnded, otherwise: { [self] refusal in refuse(refusal, exchange) }, body)
    }

    /// The reason why there is no session.
    enum Refusal {
        case notSignedIn
        case severalCookies
        /// The store cannot tell.
        case undecided(SessionStoreError)
    }

    /// Calls `body` with the session of the request, or `refuse`. One of them answers the exchange, or `answersEnded` does.
    func withSession(
        _ exchange: Exchange,
        orElse answersEnded: (@Sendable @EventLoop (SessionToken, Credentials.Source) async -> Bool)? = nil,
        otherwise refuse: @escaping @Sendable @EventLoop (Refusal) -> Void,
        _ body: @escaping @Sendable @EventLoop (SessionToken, Credentials.Source, Session) async -> Void
    ) {
        let (token, source): (SessionToken, Credentials.Source)
        let trace = refusals?.begin(exchange.request)
        switch credentials(of: exchange) {
        case .token(let offered, let from): (token, source) = (offered, from)
        case .none:
            trace?.refusedWithoutToken()
            return refuse(.notSignedIn)
        case .invalid(let source):
            trace?.refused(source)
            return refuse(source == .severalCookies ? .severalCookies : .notSignedIn)
        }
        EventLoop.spawn { [store] in
            do throws(SessionStoreError) {
                guard let session = try await store.session(for: token, from: exchange.request.clientAddress)
                else {
                    if let answersEnded, await answersEnded(token, source) { return }
                    trace?.refused(token)
                    return refuse(.notSignedIn)
                }
                await body(token, source, session)
            } catch {
                trace?.undecided(error, token)
                refuse(.undecided(error))
            }
        }
    }

    private func refuse(_ refusal: Refusal, _ exchange: Exchange) {
        switch refusal {
        case .notSignedIn: exchange.respond(.unauthorized())
        case .severalCookies: refuseSeveralCookies(exchange)
        case .undecided(let error): exchange.respond(.unavailable(error))
        }
    }

    /// Answers 401 to several session cookies, which are ambiguous, and makes the browser delete them.
    func refuseSeveralCookies(_ exchange: Exchange) {
        var response = Response.unauthorized("there are several session cookies: sign in again")
        for (name, value) in expiredCookies(exchange.request) { response.add(name, value) }
        exchange.respond(response)
    }

    /// Returns whether the request may change something: with a cookie only if it comes from a page of this site.
    /// Otherwise the exchange is answered with 403.
    func mayChange(_ exchange: Exchange, _ action: AuditAction) -> Bool {
        let request = exchange.request
        guard case .token(_, .cookie) = credentials(of: exchange), !SameOrigin.isProved(of: request) else {
            return true
        }
        audit.recordSparingly(AuditEvent(action, .refused, .otherSite), from: request.clientAddress)
        exchange.respond(
            .error(
                .forbidden, code: "cross_origin",
                message: "a cookie changes something only for a page of this site; others send the token as Bearer"))
        return false
    }

    /// Returns the answer to a program that has no session any more, or to a page's script.
    func loggedOut(_ exchange: Exchange, hadCookie: Bool) -> Response {
        var response = Response(.noContent)
        guard hadCookie else { return response }
        for (name, value) in expiredCookies(exchange.request) { response.add(name, value) }
        return response
    }
}
