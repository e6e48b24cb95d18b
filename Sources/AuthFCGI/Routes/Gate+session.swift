internal import EventLoop
internal import Logging
internal import Sessions

/// What somebody who is signed in asks about the own session.
extension Gate {
    /// `GET /auth/me`.
    func me(_ exchange: FastCGIExchange) {
        withSession(exchange) { _, _, session in exchange.respond(.json(MeAnswer(session))) }
    }

    /// `GET /auth/sessions`: the user's own.
    func listSessions(_ exchange: FastCGIExchange) {
        withSession(exchange) { [self] _, _, session in
            do throws(SessionStoreError) {
                let entries = try await store.sessions(of: session.identity.userID)
                exchange.respond(.json(SessionsAnswer(entries, current: session.id)))
            } catch {
                exchange.respond(.unavailable(error))
            }
        }
    }

    /// `DELETE /auth/sessions/ID`: one of the user's own. 204 means that it is committed.
    func endSession(_ id: String, _ exchange: FastCGIExchange) {
        guard mayChange(exchange, .sessionEnd) else { return }
        withSession(exchange) { [self] _, source, session in
            func event(_ outcome: AuditOutcome, _ reason: AuditReason? = nil) -> AuditEvent {
                AuditEvent(
                    .sessionEnd, outcome, reason, of: .user(id: session.identity.userID), session: id,
                    details: ["by_session": session.id])
            }
            do throws(SessionStoreError) {
                guard try await store.revoke(sessionID: id, ofUser: session.identity.userID) else {
                    auditSparingly(event(.refused, .noSuchSession), exchange)
                    return exchange.respond(
                        .error(.notFound, code: "not_found", message: "you have no live session with this id"))
                }
                audit(event(.success), exchange)
                exchange.respond(loggedOut(exchange, hadCookie: source == .cookie && id == session.id))
            } catch {
                auditSparingly(event(.unavailable, AuditReason(error)), exchange)
                exchange.respond(.unavailable(error, "the session could not be ended; try again"))
            }
        }
    }

    /// Calls `body` with the session that the request is signed in with, or answers 401 or 503.
    func withSession(
        _ exchange: FastCGIExchange,
        _ body: @escaping @Sendable @EventLoop (SessionToken, Credentials.Source, Session) async -> Void
    ) {
        let (token, source): (SessionToken, Credentials.Source)
        switch credentials(of: exchange) {
        case .token(let offered, let from): (token, source) = (offered, from)
        case .none, .invalid(.bearer), .invalid(.cookie): return exchange.respond(.unauthorized())
        case .invalid(.severalCookies): return refuseSeveralCookies(exchange)
        }
        EventLoop.spawn { [self] in
            do throws(SessionStoreError) {
                guard let session = try await store.session(for: token) else {
                    return exchange.respond(.unauthorized())
                }
                await body(token, source, session)
            } catch {
                exchange.respond(.unavailable(error))
            }
        }
    }

    /// Nobody can tell which of them is meant: the browser is told to drop them all.
    private func refuseSeveralCookies(_ exchange: FastCGIExchange) {
        var response = Response.unauthorized("there are several session cookies: sign in again")
        response.add(.setCookie, cookie.expired)
        exchange.respond(response)
    }

    /// Whether the request may change something: a cookie does so only for a page of this site. Answers 403 otherwise.
    func mayChange(_ exchange: FastCGIExchange, _ action: AuditAction) -> Bool {
        guard case .token(_, .cookie) = credentials(of: exchange), !isSameOrigin(exchange) else { return true }
        auditSparingly(AuditEvent(action, .refused, .otherSite), exchange)
        exchange.respond(
            .error(
                .forbidden, code: "cross_origin",
                message: "a cookie changes something only for a page of this site; others send the token as Bearer"))
        return false
    }

    /// `POST /auth/logout`: with `?all=1` of all of the user's sessions, with `?others=1` of all but this one. 204
    /// means that it is committed; it is no error to be out already, and who is can end no others.
    func logout(_ exchange: FastCGIExchange) {
        switch credentials(of: exchange) {
        case .none: exchange.respond(loggedOut(exchange, hadCookie: false))
        case .invalid(.severalCookies): refuseSeveralCookies(exchange)
        case .invalid(let source): exchange.respond(loggedOut(exchange, hadCookie: source == .cookie))
        case .token(let token, let source):
            let extent = LogoutExtent(query: exchange.parameter("QUERY_STRING") ?? "")
            guard mayChange(exchange, extent.action) else { return }
            EventLoop.spawn { [self] in
                do throws(SessionStoreError) {
                    try await end(token, extent, exchange)
                    exchange.respond(loggedOut(exchange, hadCookie: source == .cookie && extent != .others))
                } catch {
                    auditSparingly(AuditEvent(extent.action, .unavailable, AuditReason(error)), exchange)
                    exchange.respond(.unavailable(error, "the session could not be ended; try again"))
                }
            }
        }
    }

    private func end(
        _ token: SessionToken, _ extent: LogoutExtent, _ exchange: FastCGIExchange
    ) async throws(SessionStoreError) {
        let (userID, sessionID, ended): (String, String, Int)
        if extent == .this {
            guard let session = try await store.end(token) else { return }
            (userID, sessionID, ended) = (session.userID, session.id, session.wasLive ? 1 : 0)
        } else {
            guard let session = try await store.session(for: token) else { return }
            (userID, sessionID) = (session.identity.userID, session.id)
            ended = try await store.revokeAll(ofUser: userID, except: extent == .others ? token : nil)
        }
        let event = AuditEvent(
            extent.action, of: .user(id: userID), session: sessionID, details: ["ended": "\(ended)"])
        // What has ended already can be ended again any number of times.
        if ended == 0 { auditSparingly(event, exchange) } else { audit(event, exchange) }
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
}
