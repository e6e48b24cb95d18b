internal import EventLoop
internal import Sessions

/// A change of the user's own password.
///
/// As at a login, a flood is refused before it reaches the database, and the throttle counts the attempt before the
/// current password is checked: with a stolen session nobody can guess the password without limit. A wrong one stays a
/// failure and is answered after the same delay as a failed login. In all other cases the reservation is released.
@EventLoop
final class PasswordChangeFlow {
    private let store: any PasswordChangeStore
    private let attempts: PasswordAttempts
    private let rules: PasswordRules
    private var refusals = LoginRefusals()

    /// - Parameters:
    ///   - store: The store.
    ///   - attempts: What this flow has in common with logins.
    ///   - rules: The requirements on new passwords.
    init(store: any PasswordChangeStore, attempts: PasswordAttempts, rules: PasswordRules) {
        self.store = store
        self.attempts = attempts
        self.rules = rules
    }

    /// Changes the password.
    /// - Parameters:
    ///   - request: The current and the new password.
    ///   - token: The token of the request. Its session is kept.
    ///   - session: The token's session.
    ///   - client: The client.
    func change(
        _ request: PasswordChangeRequest, _ token: SessionToken, _ session: Session, _ client: LoginClient
    ) async -> PasswordChangeOutcome {
        let requester = Requester(address: client.address, username: session.identity.username)
        let (who, place) = (LoginRefusals.Subject.user(id: session.identity.userID), client.place(token))
        if let refusal = refusals.refusal(of: who, at: place, at: attempts.now()) {
            attempts.audit.record(event(.throttled, in: session), from: client.address)
            return .prevented(.throttled(seconds: refusal.seconds(at: attempts.now())))
        }
        let ticket: any LoginTicket
        do throws(PasswordHasher.Failure) {
            ticket = try attempts.hasher.takeTicket(for: requester)
        } catch {
            return .prevented(obstacle(error, session, client))
        }
        do throws(SessionStoreError) {
            guard let user = try await store.user(id: session.identity.userID) else {
                attempts.audit.recordSparingly(event(.refused, .foreignUser, in: session), from: client.address)
                return .foreignUser
            }
            if let violation = rules.violation(of: request.newPassword, username: user.identity.username) {
                attempts.audit.recordSparingly(
                    event(.refused, .unacceptablePassword, in: session), from: client.address)
                return .unacceptable(violation)
            }
            let attempt = try await store.reserveLogin(
                username: user.identity.username, userID: user.identity.userID, from: client.address, showing: token)
            attempts.hasher.learn(shared: attempt.highestHashingCost)
            switch attempt.admission {
            case .allowed(let reservation):
                refusals.forget(who)
                return try await check(request, token, session, client, user, ticket, reservation)
            case .refused(let seconds):
                let subject = AuditSubject.user(id: session.identity.userID)
                refusals.remember(who, at: place, seconds: seconds, who: subject, at: attempts.now())
                attempts.audit.record(event(.throttled, in: session), from: client.address)
                return .prevented(.throttled(seconds: seconds))
            }
        } catch {
            attempts.audit.recordSparingly(event(.unavailable, AuditReason(error), in: session), from: client.address)
            return .prevented(.store(error))
        }
    }

    /// Checks the current password and stores the new one, after the throttle has admitted the attempt.
    private func check(
        _ request: PasswordChangeRequest, _ token: SessionToken, _ session: Session, _ client: LoginClient,
        _ user: UserRecord, _ ticket: any LoginTicket, _ reservation: LoginReservation
    ) async throws(SessionStoreError) -> PasswordChangeOutcome {
        let passwordHash: String
        do throws(PasswordHasher.Failure) {
            let verdict = try await ticket.verdict(
                on: request.currentPassword, user.passwordHash, isWanted: client.isWaiting)
            attempts.passwordWasChecked()
            guard verdict.matches else {
                let reason: AuditReason = if case .unverifiable = verdict { .unusableHash } else { .wrongPassword }
                attempts.audit.record(event(.refused, reason, in: session), from: client.address)
                await ticket.holdBack(isWanted: client.isWaiting)
                return .wrongPassword
            }
            passwordHash = try await ticket.hash(request.newPassword, isWanted: client.isWaiting)
        } catch {
            attempts.releaseLater(reservation)
            return .prevented(obstacle(error, session, client))
        }
        // The current password was right, whatever becomes of the change.
        attempts.releaseLater(reservation)
        guard let ended = try await store.changePassword(of: user, to: passwordHash, keeping: token) else {
            // Either this session has ended, or a concurrent request has changed the password.
            let isOver = try await store.session(for: token) == nil
            attempts.audit.record(event(.refused, .changedMeanwhile, in: session), from: client.address)
            await ticket.holdBack(isWanted: client.isWaiting)
            return isOver ? .sessionOver : .wrongPassword
        }
        attempts.audit.record(event(.success, in: session, details: ["ended": "\(ended)"]), from: client.address)
        return .changed
    }

    private func obstacle(
        _ failure: PasswordHasher.Failure, _ session: Session, _ client: LoginClient
    ) -> LoginObstacle {
        attempts.obstacle(failure, at: .passwordChange, by: .user(id: session.identity.userID), client)
    }

    private func event(
        _ outcome: AuditOutcome, _ reason: AuditReason? = nil, in session: Session, details: [String: String] = [:]
    ) -> AuditEvent {
        AuditEvent(
            .passwordChange, outcome, reason, of: .user(id: session.identity.userID), session: session.id,
            details: details)
    }
}
