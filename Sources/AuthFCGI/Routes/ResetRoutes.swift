internal import EventLoop
internal import Sessions

/// `GET /auth/reset?code=…`, the page of a link for a new password, and `POST /auth/reset`, its form.
///
/// The code is in the address of the page alone, and in a field of its form. The form is sent to the path without it, and no
/// answer has it in a header: addresses get into logs, histories and the header Referer.
@EventLoop
struct ResetRoutes {
    let flow: PasswordResetFlow
    let audit: any AuditRecorder
    let pages: Pages
    let cookie: SessionCookie
    /// The least length of a new password.
    let minPasswordLength: Int

    /// Shows the form if the link can be used. Nothing changes: programs that read mail follow links too.
    func page(_ exchange: Exchange) {
        let request = exchange.request
        if request[.query] == "done=1" { return showDone(exchange) }
        guard let code = Self.code(inQuery: request[.query] ?? "") else { return showExpired(exchange) }
        let client = LoginClient(exchange, .none)
        EventLoop.spawn { [self] in
            let outcome = await flow.look(at: code, client)
            // A page that loads again by itself, since there is nothing yet that the person would have to type again.
            if case .prevented(.store) = outcome { return exchange.respond(pages.unavailable(to: request)) }
            answer(outcome, code, nil, exchange)
        }
    }

    /// Sets the password.
    func submit(_ exchange: Exchange) {
        let request = exchange.request
        guard let fields = exchange.formOrRefusal() else { return }
        guard SameOrigin.isProved(of: request) else {
            audit.recordSparingly(AuditEvent(.passwordReset, .refused, .otherSite), from: request.clientAddress)
            return exchange.respond(pages.otherSite(to: request))
        }
        guard let code = PasswordResetCode(fields["code"] ?? "") else { return showExpired(exchange) }
        // The name is only for the page that is shown again: the link says whose password it is.
        let username = fields["username"].flatMap { $0.utf8.count > LoginRequest.maxUsername ? nil : $0 }
        let password = Array((fields["new_password"] ?? "").utf8)
        guard password.elementsEqual((fields["repeated_password"] ?? "").utf8) else {
            return show(.passwordsDiffer, code, username, exchange, .badRequest)
        }
        let client = LoginClient(exchange, .none)
        EventLoop.spawn { [self] in answer(await flow.reset(code, to: password, client), code, username, exchange) }
    }

    private func answer(
        _ outcome: PasswordResetOutcome, _ code: PasswordResetCode, _ username: String?, _ exchange: Exchange
    ) {
        switch outcome {
        case .live(let username): show(nil, code, username, exchange)
        case .changed: exchange.respond(done.response(Self.doneValue, query: "?done=1"))
        case .noSuchLink: showExpired(exchange)
        case .unacceptable(let violation): show(.unacceptable(violation), code, username, exchange, .badRequest)
        case .prevented(.throttled(let seconds)):
            show(.throttled(seconds: seconds), code, username, exchange, .tooManyRequests, retryAfter: seconds)
        case .prevented(.busy(let seconds)):
            show(.unavailable, code, username, exchange, .serviceUnavailable, retryAfter: seconds)
        case .prevented(.clientGone), .prevented(.hashing), .prevented(.store):
            show(.unavailable, code, username, exchange, .serviceUnavailable, retryAfter: 1)
        }
    }

    // MARK: Pages

    private func show(
        _ problem: NewPasswordPage.Problem?, _ code: PasswordResetCode, _ username: String?, _ exchange: Exchange,
        _ status: HTTPStatus = .ok, retryAfter: Int? = nil
    ) {
        let page = NewPasswordPage(
            code: code.secretText, username: username ?? "", minPasswordLength: minPasswordLength, problem: problem)
        show(.newPassword(page), exchange, status, retryAfter: retryAfter)
    }

    /// The same for a link that is used, too old, mistyped or made up. The second of two forms that a double click has sent
    /// gets it too, whose answer is the one that the browser shows: so the page says that the password may be set.
    private func showExpired(_ exchange: Exchange) { show(.notice(.linkExpired), exchange, .notFound) }

    /// Shows that the password is set, once. Whoever has no cookie that says so, such as somebody who loads the page again, is
    /// sent on to where it leads.
    private func showDone(_ exchange: Exchange) {
        guard DoneCookie.value(in: exchange.request) == Self.doneValue else {
            return exchange.respond(Response(.seeOther, headers: [(.location, "/auth/login")]))
        }
        exchange.respond(pages.response(.notice(.passwordSet), to: exchange.request, headers: done.forgotten))
    }

    private func show(
        _ page: Page, _ exchange: Exchange, _ status: HTTPStatus = .ok, retryAfter: Int? = nil
    ) {
        let headers = retryAfter.map { [(name: HeaderName.retryAfter, value: HeaderValue($0))] } ?? []
        exchange.respond(pages.response(page, status, to: exchange.request, headers: headers))
    }

    // MARK: The address

    /// Returns the code in a query; nil unless there is exactly one, in its canonical form.
    static func code(inQuery query: String) -> PasswordResetCode? {
        let codes = query.split(separator: "&").filter { $0.hasPrefix("code=") }
        guard let code = codes.first, codes.count == 1 else { return nil }
        return PasswordResetCode(code.dropFirst("code=".count))
    }

    private static let doneValue = "reset"

    private var done: DoneCookie { DoneCookie(path: "/auth/reset", isSecure: cookie.isSecure) }
}
