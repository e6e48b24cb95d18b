internal import EventLoop
internal import Sessions

/// `GET /auth/logout`, a page with a button, and `POST /auth/logout` as its form.
@EventLoop
struct SignOutRoutes {
    let sessions: SessionRoutes
    let access: SessionAccess
    let pages: Pages

    /// Shows the button; nothing changes, so that no link and no image of another page signs out. With `?done=1` it shows that
    /// the person is signed out, unless that is not certain: anybody can make a link to that address.
    func page(_ exchange: Exchange) {
        let request = exchange.request
        guard request[.query] == "done=1" else { return show(.signOut, exchange) }
        switch access.credentials(of: exchange) {
        case .none, .invalid(.bearer), .invalid(.cookie): show(.signedOut, exchange)
        case .invalid(.severalCookies): show(.signOut, exchange)
        case .token(let token, _):
            if access.store.keptSession(for: token) != nil { return show(.signOut, exchange) }
            access.store.lookUp(token, from: request.clientAddress) { [self] answer in
                switch answer {
                case .success(nil): show(.signedOut, exchange)
                case .success(.some), .failure: show(.signOut, exchange)
                }
            }
        }
    }

    private func show(_ page: Page, _ exchange: Exchange) {
        exchange.respond(pages.response(page, to: exchange.request))
    }

    /// Ends the session, and sends the browser to the page that says so.
    ///
    /// Of several cookies all sessions end: the person wants to be signed out, and a session that was left would be one that
    /// nobody knows of.
    func submit(_ exchange: Exchange) {
        let request = exchange.request
        let extent = LogoutExtent(query: request[.query] ?? "")
        guard SameOrigin.isProved(of: request) else {
            access.audit.recordSparingly(AuditEvent(extent.action, .refused, .otherSite), from: request.clientAddress)
            return exchange.respond(pages.otherSite(to: request))
        }
        let tokens = access.tokens(of: request)
        guard !tokens.isEmpty else { return exchange.respond(signedOut(request)) }
        EventLoop.spawn { [self] in
            do throws(SessionStoreError) {
                for token in tokens { try await sessions.end(token, extent, request.clientAddress) }
                exchange.respond(
                    extent == .others ? AccountView.Done.others.response(access.cookie) : signedOut(request))
            } catch {
                access.audit.recordSparingly(
                    AuditEvent(extent.action, .unavailable, AuditReason(error)), from: request.clientAddress)
                // Never "signed out" before it is certain.
                exchange.respond(pages.unavailable(to: request))
            }
        }
    }

    /// Returns the answer to a browser whose session has ended: the way to the page that says so.
    func signedOut(_ request: OriginalRequest) -> Response {
        var response = Response(
            .seeOther, headers: [(.location, "/auth/logout?done=1"), (.clearSiteData, Self.clearedData)])
        for (name, value) in access.expiredCookies(request) { response.add(name, value) }
        return response
    }

    /// What the browser forgets: the pages that it has kept, of this host alone, also those to which its back button would
    /// lead. Neither `"storage"`, which has what the applications of the host keep in the browser, such as drafts, nor
    /// `"cookies"`, which would delete those of all hosts of the registered domain (Clear Site Data, W3C, section 4.2.4).
    private static let clearedData: HeaderValue = "\"cache\""
}
