internal import EventLoop
internal import FoundationEssentials
internal import Sessions

/// `GET /auth/login`, the sign-in page, and `POST /auth/login` as its form.
@EventLoop
struct SignInRoutes {
    let login: LoginFlow
    let access: SessionAccess
    let sessions: SessionRoutes
    let pages: Pages
    /// REDIRECT_ORIGINS.
    let origins: [WebOrigin]
    /// Unix time, which is the same on all pods but for some seconds.
    var now: @EventLoop () -> Int = { Int(Date().timeIntervalSince1970) }

    // MARK: The page

    /// Shows the page. A browser that is signed in is sent to the place to return to.
    func page(_ exchange: Exchange) {
        let request = exchange.request
        let target = target(RedirectTarget.text(inQuery: request[.query] ?? ""), request)
        switch access.credentials(of: exchange) {
        case .none:
            let now = now()
            guard SignInRounds(request, at: now)?.showsDroppedCookie(at: now) != true else {
                return showDroppedCookie(exchange, target)
            }
            show(SignInPage(target: target.text), to: exchange)
        // It is unknown which of several cookies is the person's own.
        case .invalid(.severalCookies):
            show(SignInPage(target: target.text), to: exchange, access.expiredCookies(request))
        case .invalid: show(SignInPage(target: target.text), to: exchange)
        case .token(let token, _):
            if access.store.keptSession(for: token) != nil { return sendOn(exchange, to: target) }
            access.store.lookUp(token, from: request.clientAddress) { [self] answer in
                switch answer {
                case .success(.some): sendOn(exchange, to: target)
                case .success(nil): show(SignInPage(target: target.text), to: exchange)
                // No form: the person may be signed in, and would sign in again.
                case .failure: exchange.respond(pages.unavailable(to: request))
                }
            }
        }
    }

    /// Sends a browser that is signed in to the place to return to, unless that place keeps sending it back.
    private func sendOn(_ exchange: Exchange, to target: RedirectTarget) {
        let now = now()
        guard let rounds = SignInRounds.next(after: SignInRounds(exchange.request, at: now), to: target, at: now)
        else { return showRounds(.notSeen(target), exchange) }
        var response = Response(.seeOther, headers: [(.location, target.location), (.vary, "Cookie")])
        if let cookie = rounds.cookie { response.add(.setCookie, cookie) }
        // The page has sent the browser back. Another cookie, with the path of the page, may be why.
        if rounds.count > 1 {
            let others = access.cookie.forms(below: [target.place], on: exchange.request[.host])
            for other in others { response.add(.setCookie, other) }
        }
        exchange.respond(response)
    }

    private func showDroppedCookie(_ exchange: Exchange, _ target: RedirectTarget) {
        let request = exchange.request
        // Browsers send Sec-Fetch-Mode to secure origins alone. The scheme is http behind a load balancer that ends TLS, too.
        let isPlainHTTP = request[.scheme] == WebOrigin.Scheme.http.rawValue && (request[.fetchMode] ?? "").isEmpty
        showRounds(.cookieDropped(isPlainHTTP: isPlainHTTP, target), exchange)
    }

    /// Shows why the browser is not sent on any more. What it does next counts from the beginning.
    private func showRounds(_ notice: Notice, _ exchange: Exchange) {
        exchange.respond(
            pages.response(
                .notice(notice), to: exchange.request,
                headers: SignInRounds.forgotten.map { [(.setCookie, $0)] } ?? []))
    }

    private func show(
        _ page: SignInPage, _ status: HTTPStatus = .ok, to exchange: Exchange,
        _ headers: [(name: HeaderName, value: HeaderValue)] = []
    ) {
        exchange.respond(pages.response(.signIn(page), status, to: exchange.request, headers: headers))
    }

    private func target(_ text: String?, _ request: OriginalRequest) -> RedirectTarget {
        text.map { RedirectTarget($0, permitting: origins, host: request[.host]) } ?? .home
    }

    // MARK: The form

    /// Signs in with the form, and returns to the place in it. The token is in the cookie alone.
    ///
    /// The form needs the proof that a page of this site has sent it, with a cookie and without: a page of another site could
    /// sign the person in as somebody else, who then sees what the person enters (login CSRF).
    func submit(_ exchange: Exchange) {
        let request = exchange.request
        guard SameOrigin.isProved(of: request) else {
            access.audit.recordSparingly(AuditEvent(.login, .refused, .otherSite), from: request.clientAddress)
            // Shows nothing that the other site has put into the form.
            return show(problem(.otherSite, SignInPage(target: RedirectTarget.home.text)), .forbidden, to: exchange)
        }
        let fields: FormFields
        do throws(Exchange.UnreadableForm) {
            fields = try exchange.form()
        } catch {
            let page = SignInPage(target: RedirectTarget.home.text)
            return show(problem(error == .tooLong ? .tooLong : .incomplete, page), error.status, to: exchange)
        }
        let target = target(fields["rd"], request)
        // Keyboards of phones put a space behind a word that they have completed.
        let username = String((fields["username"] ?? "").trimming(while: \.isWhitespace))
        let password = fields["password"] ?? ""
        let isLongName = username.utf8.count > LoginRequest.maxUsername
        let page = SignInPage(
            target: target.text, username: isLongName ? "" : username, remembers: fields["remember"] == "1")
        guard !isLongName, password.utf8.count <= LoginRequest.maxPassword else {
            return show(problem(.tooLong, page), .badRequest, to: exchange)
        }
        let attempt: LoginRequest
        do throws(LoginRequest.Problem) {
            attempt = try LoginRequest(
                username: username, password: password, remember: page.remembers)
        } catch {
            return show(problem(.incomplete, page), .badRequest, to: exchange)
        }
        let client = LoginClient(exchange, access.credentials(of: exchange))
        // The login replaces the session of a single cookie. Those of several end afterwards.
        let others = client.token == nil ? access.tokens(of: request) : []
        EventLoop.spawn { [self] in
            switch await login.signIn(attempt, client) {
            case .signedIn(let made):
                exchange.respond(signedIn(made, attempt, target, request))
                await end(others, request.clientAddress)
            // Without WWW-Authenticate: browsers would ask for a password of their own.
            case .refused: show(problem(.refused, page), .unauthorized, to: exchange)
            case .prevented(let obstacle): show(obstacle, page, to: exchange)
            }
        }
    }

    private func signedIn(
        _ made: MadeSession, _ attempt: LoginRequest, _ target: RedirectTarget, _ request: OriginalRequest
    ) -> Response {
        let lifetime = made.session.expiresAt.timeIntervalSince(made.session.createdAt)
        let cookie = access.cookie.carrying(made.token, for: attempt.remember ? .seconds(lifetime) : nil)
        var response = Response(.seeOther, headers: [(.location, target.location)])
        for other in contradicting(target, request) { response.add(.setCookie, other) }
        response.add(.setCookie, cookie)
        let now = now()
        if let rounds = SignInRounds(loginAt: now, after: SignInRounds(request, at: now)).cookie {
            response.add(.setCookie, rounds)
        }
        return response
    }

    /// Returns the headers that delete what would contradict the new cookie: here, as far as the browser has sent any, and at
    /// the place to which the sign-in leads.
    private func contradicting(_ target: RedirectTarget, _ request: OriginalRequest) -> [HeaderValue] {
        var places = [target.place]
        switch request.credentials(cookieName: access.cookie.nameBytes) {
        case .none: break
        case .invalid, .token: places.insert(request.fullPath, at: 0)
        }
        let host = request[.host]
        return access.cookie.otherForms(on: host) + access.cookie.forms(below: places, on: host)
    }

    /// Ends the sessions of cookies that the browser has just deleted. The login does not depend on it.
    private func end(_ tokens: [SessionToken], _ client: String?) async {
        for token in tokens {
            do throws(SessionStoreError) {
                try await sessions.end(token, .this, client)
            } catch {
                access.audit.recordSparingly(AuditEvent(.logout, .unavailable, AuditReason(error)), from: client)
            }
        }
    }

    private func show(_ obstacle: LoginObstacle, _ page: SignInPage, to exchange: Exchange) {
        switch obstacle {
        case .throttled(let seconds):
            show(
                problem(.throttled(seconds: seconds), page), .tooManyRequests, to: exchange,
                [(.retryAfter, HeaderValue(seconds))])
        case .busy(let seconds):
            show(
                problem(.busy(seconds: seconds), page), .serviceUnavailable, to: exchange,
                [(.retryAfter, HeaderValue(seconds))])
        case .clientGone, .hashing, .store:
            show(problem(.unavailable, page), .serviceUnavailable, to: exchange, [(.retryAfter, 1)])
        }
    }

    private func problem(_ problem: SignInPage.Problem, _ page: SignInPage) -> SignInPage {
        var page = page
        page.problem = problem
        return page
    }
}
