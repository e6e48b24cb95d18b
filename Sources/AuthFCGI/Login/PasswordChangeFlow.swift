internal import EventLoop
internal import Logging
internal import Sessions

/// One's own password for another one: every step, and what each leads to.
///
/// As at a login, a flood is turned away before the database is asked, and the throttle counts the attempt before the
/// current password is looked at: whoever has found a session open must not guess its user's password either.
@EventLoop
final class PasswordChangeFlow {
    private let store: any PasswordChangeStore
    private let attempts: PasswordAttempts

    private var hasher: any LoginHasher { attempts.hasher }
    private var audit: any AuditRecorder { attempts.audit }

    /// - Parameter spawn: starts what nobody waits for; tests do it themselves.
    init(
        store: any PasswordChangeStore, hasher: any LoginHasher, audit: any AuditRecorder, log: Logger,
        spawn: @escaping PasswordAttempts.Spawn = { EventLoop.spawn($0) }
    ) {
        self.store = store
        attempts = PasswordAttempts(store: store, hasher: hasher, audit: audit, log: log, spawn: spawn)
    }

    /// - Parameters:
    ///   - token: what the request is signed in with; its session stays.
    ///   - session: the one that `token` opens.
    func change(
        _ request: PasswordChangeRequest, _ token: SessionToken, _ session: Session, _ client: LoginClient
    ) async -> PasswordChangeOutcome {
        let ticket: any LoginTicket
        do throws(PasswordHasher.Failure) {
            ticket = try hasher.takeTicket()
        } catch {
            return .prevented(obstacle(error, session, client))
        }
        do throws(SessionStoreError) {
            guard let user = try await store.user(id: session.identity.userID) else {
                audit.recordSparingly(event(.refused, .foreignUser, in: session), from: client.address)
                return .foreignUser
            }
            if let violation = Self.violation(of: request.newPassword, for: user) {
                audit.recordSparingly(event(.refused, .unacceptablePassword, in: session), from: client.address)
                return .unacceptable(violation)
            }
            let attempt = try await store.reserveLogin(
                username: user.identity.username, userID: user.identity.userID, from: client.address)
            hasher.learn(shared: attempt.highestHashingCost)
            switch attempt.admission {
            case .allowed(let reservation):
                return try await check(request, token, session, client, user, ticket, reservation)
            case .refused(let seconds):
                audit.record(event(.throttled, in: session), from: client.address)
                return .prevented(.throttled(seconds: seconds))
            }
        } catch {
            audit.recordSparingly(event(.unavailable, AuditReason(error), in: session), from: client.address)
            return .prevented(.store(error))
        }
    }

    /// Both passwords, once the throttle has let the attempt pass.
    private func check(
        _ request: PasswordChangeRequest, _ token: SessionToken, _ session: Session, _ client: LoginClient,
        _ user: UserRecord, _ ticket: any LoginTicket, _ reservation: LoginReservation
    ) async throws(SessionStoreError) -> PasswordChangeOutcome {
        let passwordHash: String
        do throws(PasswordHasher.Failure) {
            let verdict = try await ticket.verdict(
                on: request.currentPassword, user.passwordHash, isWanted: client.isWaiting)
            attempts.shareHighestCost()
            guard verdict.matches else {
                let reason: AuditReason = if case .unverifiable = verdict { .unusableHash } else { .wrongPassword }
                audit.record(event(.refused, reason, in: session), from: client.address)
                return .wrongPassword
            }
            passwordHash = try await ticket.hash(request.newPassword, isWanted: client.isWaiting)
        } catch {
            try await store.release(reservation)
            return .prevented(obstacle(error, session, client))
        }
        try await store.release(reservation)
        guard let ended = try await store.changePassword(of: user, to: passwordHash, keeping: token) else {
            // Either this session has ended, or the password was changed by another request that it sent.
            let isOver = try await store.session(for: token) == nil
            audit.record(event(.refused, .changedMeanwhile, in: session), from: client.address)
            return isOver ? .sessionOver : .wrongPassword
        }
        audit.record(event(.success, in: session, details: ["ended": "\(ended)"]), from: client.address)
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

    /// What is wrong with a new password; nil when it can be taken.
    private static func violation(of password: [UInt8], for user: UserRecord) -> PasswordRules.Violation? {
        do throws(PasswordRules.Violation) {
            try PasswordRules.check(password, username: user.identity.username)
            return nil
        } catch {
            return error
        }
    }
}
