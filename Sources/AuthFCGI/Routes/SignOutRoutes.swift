internal import EventLoop
internal import Sessions

/// `GET /auth/logout`, a page with a button, and `POST /auth/logout` as its form.
@EventLoop
struct SignOutRoutes {
    let sessions: SessionRoutes
    let access: SessionAccess
    let pages: Pages

    /// Shows the button; nothing changes, so that no link and no image of another page signs out.
    func page(_ exchange: Exchange) {
        let request = exchange.request
        let isDone = request[.query] == "done=1"
        exchange.respond(pages.response(isDone ? .signedOut : .signOut, to: request))
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
                exchange.respond(extent == .others ? AccountView.Done.others.response : signedOut(request))
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
