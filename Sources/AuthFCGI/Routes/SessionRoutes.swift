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

    /// `DELETE /auth/sessions/ID`: ends one of the user's own sessions. 204 means that the change is committed. nginx sends
    /// the request again if a worker dies before the answer, so a session that has just been revoked is answered 204 too.
    func end(_ id: String, _ exchange: Exchange) {
        guard access.mayChange(exchange, .sessionEnd) else { return }
        access.withSession(exchange, orElse: { [self] in await hasEndedItself(id, exchange, $0, $1) }) {
            [self] _, source, session in
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

    /// Answers a repeated request to end the session that it shows, which the first sending has ended.
    /// - Returns: False, without an answer, if the session of the token is another one or was not just revoked.
    private func hasEndedItself(
        _ id: String, _ exchange: Exchange, _ token: SessionToken, _ source: Credentials.Source
    ) async -> Bool {
        let client = exchange.request.clientAddress
        do throws(SessionStoreError) {
            guard let session = try await store.justEnded(token, sessionID: id, from: client) else { return false }
            let event = AuditEvent(
                .sessionEnd, of: .user(id: session.userID), session: id,
                details: ["by_session": session.id, "ended": "0"])
            audit.recordSparingly(event, from: client)
            exchange.respond(access.loggedOut(exchange, hadCookie: source == .cookie))
        } catch {
            exchange.respond(.unavailable(error))
        }
        return true
    }

    /// Ends one session of a user, and records it.
    ///
    /// - Parameters:
    ///   - id: The session's public id, a UUID.
    ///   - session: The session of the request.
    ///   - client: The client's address.
    /// - Returns: False if the user has no live session with this id, and none that was just ended.
    func end(
        _ id: String, by session: Session, _ client: String?
    ) async throws(SessionStoreError) -> Bool {
        let userID = session.identity.userID
        func event(
            _ outcome: AuditOutcome, _ reason: AuditReason? = nil, _ details: [String: String] = [:]
        ) -> AuditEvent {
            AuditEvent(
                .sessionEnd, outcome, reason, of: .user(id: userID), session: id,
                details: details.merging(["by_session": session.id]) { first, _ in first })
        }
        do throws(SessionStoreError) {
            let requester = Requester(address: client, name: userID)
            switch try await store.revoke(sessionID: id, ofUser: userID, for: requester) {
            case .ended: audit.record(event(.success), from: client)
            case .endedBefore: audit.recordSparingly(event(.success, nil, ["ended": "0"]), from: client)
            case .noSuchSession:
                audit.recordSparingly(event(.refused, .noSuchSession), from: client)
                return false
            }
        } catch {
            audit.recordSparingly(event(.unavailable, AuditReason(error)), from: client)
            throw error
        }
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
