internal import EventLoop
internal import Sessions

/// The routes with which users see and end their own sessions.
@EventLoop
struct SessionRoutes {
    let store: SessionStore
    let access: SessionAccess
    let audit: any AuditRecorder

    /// `GET /auth/me`: the user and the session.
    func me(_ exchange: Exchange) {
        access.withSession(exchange) { _, _, session in exchange.respond(.json(MeAnswer(session))) }
    }

    /// `GET /auth/sessions`: the user's own sessions.
    func list(_ exchange: Exchange) {
        access.withSession(exchange) { [store] _, _, session in
            do throws(SessionStoreError) {
                let entries = try await store.sessions(of: session.identity.userID)
                exchange.respond(.json(SessionsAnswer(entries, current: session.id)))
            } catch {
                exchange.respond(.unavailable(error))
            }
        }
    }

    /// `DELETE /auth/sessions/ID`: ends one of the user's own sessions. 204 means that the change is committed.
    func end(_ id: String, _ exchange: Exchange) {
        guard access.mayChange(exchange, .sessionEnd) else { return }
        access.withSession(exchange) { [self] _, source, session in
            do throws(SessionStoreError) {
                guard try await end(id, by: session, exchange.request.clientAddress) else {
                    return exchange.respond(
                        .error(.notFound, code: "not_found", message: "you have no live session with this id"))
                }
                exchange.respond(
                    access.loggedOut(exchange, hadCookie: source == .cookie && id == session.id))
            } catch {
                exchange.respond(.unavailable(error, "the session could not be ended; try again"))
            }
        }
    }

    /// Ends one session of a user, and records it.
    ///
    /// - Parameters:
    ///   - id: The session's public id, a UUID.
    ///   - session: The session of the request.
    ///   - client: The client's address.
    /// - Returns: False if the user has no live session with this id.
    func end(
        _ id: String, by session: Session, _ client: String?
    ) async throws(SessionStoreError) -> Bool {
        let userID = session.identity.userID
        func event(_ outcome: AuditOutcome, _ reason: AuditReason? = nil) -> AuditEvent {
            AuditEvent(
                .sessionEnd, outcome, reason, of: .user(id: userID), session: id, details: ["by_session": session.id])
        }
        do throws(SessionStoreError) {
            let requester = Requester(address: client, name: userID)
            guard try await store.revoke(sessionID: id, ofUser: userID, for: requester) else {
                audit.recordSparingly(event(.refused, .noSuchSession), from: client)
                return false
            }
        } catch {
            audit.recordSparingly(event(.unavailable, AuditReason(error)), from: client)
            throw error
        }
        audit.record(event(.success), from: client)
        return true
    }

    /// `POST /auth/logout`: ends this session, with `?all=1` all of the user's sessions, with `?others=1` all others.
    /// 204 means that the change is committed. A logout without a valid session succeeds too, but ends no other session.
    /// Forms have ``SignOutRoutes``.
    func logout(_ exchange: Exchange) {
        switch access.credentials(of: exchange) {
        case .none: exchange.respond(access.loggedOut(exchange, hadCookie: false))
        case .invalid(.severalCookies): access.refuseSeveralCookies(exchange)
        case .invalid(let source): exchange.respond(access.loggedOut(exchange, hadCookie: source == .cookie))
        case .token(let token, let source):
            let extent = LogoutExtent(query: exchange.request[.query] ?? "")
            guard access.mayChange(exchange, extent.action) else { return }
            let client = exchange.request.clientAddress
            EventLoop.spawn { [self] in
                do throws(SessionStoreError) {
                    try await end(token, extent, client)
                    exchange.respond(
                        access.loggedOut(exchange, hadCookie: source == .cookie && extent != .others))
                } catch {
                    audit.recordSparingly(AuditEvent(extent.action, .unavailable, AuditReason(error)), from: client)
                    exchange.respond(.unavailable(error, "the session could not be ended; try again"))
                }
            }
        }
    }

    /// Ends the session of a token, or others of its user. On return the change is committed.
    func end(
        _ token: SessionToken, _ extent: LogoutExtent, _ client: String?
    ) async throws(SessionStoreError) {
        let (userID, sessionID, ended): (String, String, Int)
        if extent == .this {
            guard let session = try await store.end(token, from: client) else { return }
            (userID, sessionID, ended) = (session.userID, session.id, session.wasLive ? 1 : 0)
        } else {
            guard let session = try await store.session(for: token, from: client) else { return }
            (userID, sessionID) = (session.identity.userID, session.id)
            ended = try await store.revokeAll(
                ofUser: userID, except: extent == .others ? token : nil,
                for: Requester(address: client, name: userID))
        }
        let event = AuditEvent(
            extent.action, of: .user(id: userID), session: sessionID, details: ["ended": "\(ended)"])
        // Ending an ended session can be repeated at any rate.
        if ended == 0 { audit.recordSparingly(event, from: client) } else { audit.record(event, from: client) }
    }
}
