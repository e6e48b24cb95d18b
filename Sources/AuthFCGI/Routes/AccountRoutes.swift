internal import EventLoop
internal import Sessions

/// `GET /auth/account`, the page of a person's own account, and `POST /auth/account`, which ends sessions.
@EventLoop
struct AccountRoutes {
    let view: AccountView
    let sessions: SessionRoutes
    let signOut: SignOutRoutes
    let access: SessionAccess
    let passwordChange: PasswordChangeFlow

    /// Shows the page. Somebody who is not signed in is sent to the sign-in page.
    func page(_ exchange: Exchange) {
        withSession(exchange) { [view, access] _, _, session in
            let done = AccountView.done(exchange.request)
            let forgotten = done == nil ? [] : AccountView.doneCookie(access.cookie).forgotten
            await view.show(exchange, session, done, headers: forgotten)
        }
    }

    /// Ends sessions, and shows the page again, or that the person is signed out.
    func change(_ exchange: Exchange) {
        guard let fields = exchange.formOrRefusal() else { return }
        guard let action = AccountAction(fields) else {
            return exchange.respond(
                .error(.badRequest, code: "bad_request", message: "the form has no action of this page"))
        }
        guard isFromThisSite(exchange, action.audited) else { return }
        withSession(exchange) { [self] token, _, session in
            guard Self.isForm(fields, of: session) else { return await view.showOtherSession(exchange, session) }
            do throws(SessionStoreError) {
                try await perform(action, exchange, token, session)
            } catch {
                await view.show(exchange, session, .unavailable, .serviceUnavailable, headers: [(.retryAfter, 1)])
            }
        }
    }

    private func perform(
        _ action: AccountAction, _ exchange: Exchange, _ token: SessionToken, _ session: Session
    ) async throws(SessionStoreError) {
        let client = exchange.request.clientAddress
        switch action {
        case .end(let id) where id == session.id:
            try await end(.this, token, session, client)
            exchange.respond(signOut.signedOut(exchange.request))
        case .end(let id):
            guard let id, try await sessions.end(id, by: session, client) else {
                return await view.show(exchange, session, .noSuchSession, .notFound)
            }
            exchange.respond(AccountView.Done.session.response(access.cookie))
        case .endOthers:
            try await end(.others, token, session, client)
            exchange.respond(AccountView.Done.others.response(access.cookie))
        case .endAll:
            try await end(.all, token, session, client)
            exchange.respond(signOut.signedOut(exchange.request))
        }
    }

    private func end(
        _ extent: LogoutExtent, _ token: SessionToken, _ session: Session, _ client: String?
    ) async throws(SessionStoreError) {
        do throws(SessionStoreError) {
            try await sessions.end(token, extent, client)
        } catch {
            let who = AuditSubject.user(id: session.identity.userID)
            access.audit.recordSparingly(
                AuditEvent(extent.action, .unavailable, AuditReason(error), of: who, session: session.id), from: client)
            throw error
        }
    }

    /// Calls `body` with the session of the request, or answers the person who has none.
    func withSession(
        _ exchange: Exchange,
        _ body: @escaping @Sendable @EventLoop (SessionToken, Credentials.Source, Session) async -> Void
    ) {
        access.withSession(
            exchange, otherwise: { [view, access] refusal in view.refuse(refusal, exchange, access) }, body)
    }

    /// Returns whether a form was on a page of this session. In another tab somebody else may have signed in meanwhile: what
    /// one person asks for must not be done to the other. A form without the field is not compared.
    static func isForm(_ fields: FormFields, of session: Session) -> Bool {
        fields["own_session"].map { $0 == session.id } ?? true
    }

    /// Returns whether a page of this site has sent the form, as each form must prove. Otherwise the exchange is answered.
    func isFromThisSite(_ exchange: Exchange, _ action: AuditAction) -> Bool {
        let request = exchange.request
        if SameOrigin.isProved(of: request) { return true }
        access.audit.recordSparingly(AuditEvent(action, .refused, .otherSite), from: request.clientAddress)
        exchange.respond(view.pages.otherSite(to: request))
        return false
    }
}
