internal import EventLoop
internal import Logging
internal import Sessions

/// `POST /auth/password`: one's own password for another one.
extension Gate {
    /// 204 means that it is committed: all other sessions of the user have ended, and logins with the old password.
    func changePassword(_ exchange: FastCGIExchange) {
        guard mayChange(exchange, .passwordChange) else { return }
        withSession(exchange) { [self] token, _, session in
            guard let body = jsonBody(exchange) else { return }
            let request: PasswordChangeRequest
            do throws(JSONBody.Problem) {
                request = try PasswordChangeRequest(json: body)
            } catch {
                return refuseBody(exchange, error.message)
            }
            exchange.respond(await changePassword(request, exchange, token, session))
        }
    }

    private func changePassword(
        _ request: PasswordChangeRequest, _ exchange: FastCGIExchange, _ token: SessionToken, _ session: Session
    ) async -> Response {
        // As at a login: a flood is turned away before the database is asked.
        let place: HashingTicket
        do throws(PasswordHasher.Failure) {
            place = try hasher.admit()
        } catch {
            return hashingFailed(error, at: .passwordChange, by: .user(id: session.identity.userID), exchange)
        }
        do throws(SessionStoreError) {
            guard let user = try await store.user(id: session.identity.userID) else {
                return refuseChange(exchange, session, .foreignUser, Self.foreignUser)
            }
            if let refusal = Self.refusal(of: request.newPassword, for: user) {
                return refuseChange(exchange, session, .unacceptablePassword, refusal)
            }
            // Whoever has found a session open must not guess its user's password either.
            let reservation: LoginReservation
            let attempt = try await store.reserveLogin(
                username: user.identity.username, userID: user.identity.userID, from: exchange.parameter("REMOTE_ADDR"))
            hasher.learn(shared: attempt.highestHashingCost)
            switch attempt.admission {
            case .allowed(let attempt): reservation = attempt
            case .refused(let seconds):
                audit(event(.throttled, in: session), exchange)
                return .tooManyAttempts(waitSeconds: seconds)
            }
            let passwordHash: String
            do throws(PasswordHasher.Failure) {
                let verdict = try await place.verdict(
                    on: request.currentPassword, user.passwordHash, isWanted: { !exchange.peerHasClosed })
                shareHighestCost()
                guard verdict.matches else {
                    let reason: AuditReason = if case .unverifiable = verdict { .unusableHash } else { .wrongPassword }
                    return refuseChange(exchange, session, reason, Self.wrongPassword)
                }
                passwordHash = try await place.hash(request.newPassword, isWanted: { !exchange.peerHasClosed })
            } catch {
                try await store.release(reservation)
                return hashingFailed(error, at: .passwordChange, by: .user(id: session.identity.userID), exchange)
            }
            try await store.release(reservation)
            guard let ended = try await store.changePassword(of: user, to: passwordHash, keeping: token) else {
                // Either this session has ended, or the password was changed by another request that it sent.
                let isOver = try await store.session(for: token) == nil
                return refuseChange(
                    exchange, session, .changedMeanwhile, isOver ? .unauthorized() : Self.wrongPassword)
            }
            audit(event(.success, in: session, details: ["ended": "\(ended)"]), exchange)
            return Response(.noContent)
        } catch {
            auditSparingly(event(.unavailable, AuditReason(error), in: session), exchange)
            return .unavailable(error, "the password could not be changed; try again")
        }
    }

    /// 403 and not 401, which would say that the session is over: a page would send its user to sign in again.
    private static let wrongPassword = Response.error(
        .forbidden, code: "wrong_password", message: "the current password is wrong")

    private static let foreignUser = Response.error(
        .conflict, code: "not_our_user", message: "the password of this user is not kept here")

    private func refuseChange(
        _ exchange: FastCGIExchange, _ session: Session, _ reason: AuditReason, _ response: Response
    ) -> Response {
        let event = event(.refused, reason, in: session)
        switch reason {
        // Before the throttle had a say.
        case .foreignUser, .unacceptablePassword: auditSparingly(event, exchange)
        default: audit(event, exchange)
        }
        return response
    }

    private func event(
        _ outcome: AuditOutcome, _ reason: AuditReason? = nil, in session: Session, details: [String: String] = [:]
    ) -> AuditEvent {
        AuditEvent(
            .passwordChange, outcome, reason, of: .user(id: session.identity.userID), session: session.id,
            details: details)
    }

    /// The answer to a new password that cannot be taken; nil to one that can.
    private static func refusal(of password: [UInt8], for user: UserRecord) -> Response? {
        do throws(PasswordRules.Violation) {
            try PasswordRules.check(password, username: user.identity.username)
            return nil
        } catch {
            return .error(
                .badRequest, code: "unacceptable_password", message: "the new password \(error.text)")
        }
    }
}
