internal import EventLoop
internal import Logging
internal import Sessions

/// A login: exchanges a name and a password for a session.
///
/// The order of the steps ensures that a login reveals nothing but success or failure, and that the throttle cannot be
/// bypassed:
///
/// 1. the throttle's refusals that this worker remembers;
/// 2. a ticket of the hasher's queue, so that a flood is refused before it reaches the database;
/// 3. the user, and the throttle's reservation, which counts as a failure until it is settled;
/// 4. the hash of the password; for an unknown name a dummy hash;
/// 5. after a refusal: the audit line, then the delay, so that the time reveals nothing about the hash;
/// 6. the session, which settles the reservation in the same transaction. If the password was not checked, or was right
///    but there is no session, the reservation is released. It remains only after a wrong password, for an unknown or
///    disabled user, and if the process ends or loses the store meanwhile;
/// 7. in the background: a rehash, and sharing the highest hashing cost.
@EventLoop
final class LoginFlow {
    private let store: any LoginStore
    private let attempts: PasswordAttempts
    private let rehasher: Rehasher
    private let slot: OwnSlot?
    private var refusals = LoginRefusals()
    /// Limits the log to one line per user with an unusable hash.
    private var usersWithoutUsableHash = LogLimiter<String>(per: nil)

    /// - Parameters:
    ///   - store: The store.
    ///   - attempts: What a login has in common with changes of passwords.
    ///   - slot: The slot in which the durations are counted; nil for none.
    init(store: any LoginStore, attempts: PasswordAttempts, slot: OwnSlot? = nil) {
        self.store = store
        self.attempts = attempts
        self.slot = slot
        rehasher = Rehasher(store: store, hasher: attempts.hasher, log: attempts.log, spawn: attempts.spawn)
    }

    /// Signs in. Unknown users, disabled users and wrong passwords take the same steps and have the same outcome.
    func signIn(_ request: LoginRequest, _ client: LoginClient) async -> LoginOutcome {
        let start = attempts.now()
        defer { slot?.measure(.logins, attempts.now() - start) }
        return await outcome(of: request, client)
    }

    private func outcome(of request: LoginRequest, _ client: LoginClient) async -> LoginOutcome {
        let requester = Requester(address: client.address, username: request.username)
        let (name, place) = (LoginRefusals.Subject.name(request.username), client.place(formerToken(of: client)))
        if let refusal = refusals.refusal(of: name, at: place, at: attempts.now()) {
            let seconds = refusal.seconds(at: attempts.now())
            attempts.audit.record(AuditEvent(.login, .throttled, of: refusal.who), from: client.address)
            await attempts.hasher.holdBackRefusal(for: requester, isWanted: client.isWaiting)
            return .prevented(.throttled(seconds: seconds))
        }
        let ticket: any LoginTicket
        do throws(PasswordHasher.Failure) {
            ticket = try attempts.hasher.takeTicket(for: requester)
        } catch {
            return .prevented(attempts.obstacle(error, at: .login, by: .unknownName(hash: nil), client))
        }
        var who = AuditSubject.unknownName(hash: nil)
        do throws(SessionStoreError) {
            let shown = try recognizedToken(of: client)
            let (found, attempt) = try await store.beginLogin(
                named: request.username, from: client.address, showing: shown)
            who = found.id.map { .user(id: $0) } ?? .unknownName(hash: attempt.nameHash)
            attempts.hasher.learn(shared: attempt.highestHashingCost)
            switch attempt.admission {
            case .allowed(let reservation):
                refusals.forget(name)
                // The attempt counted as a failure while it was under way, and others may have been refused for that.
                defer { refusals.forget(name) }
                return try await check(request, client, found, who, ticket, reservation, replacing: shown)
            case .refused(let seconds):
                refusals.remember(name, at: place, seconds: seconds, who: who, at: attempts.now())
                attempts.audit.record(AuditEvent(.login, .throttled, of: who), from: client.address)
                await ticket.holdBackRefusal(isWanted: client.isWaiting)
                return .prevented(.throttled(seconds: seconds))
            }
        } catch {
            attempts.audit.recordSparingly(
                AuditEvent(.login, .unavailable, AuditReason(error), of: who), from: client.address)
            return .prevented(.store(error))
        }
    }

    /// Checks the password, after the throttle has admitted the attempt.
    private func check(
        _ request: LoginRequest, _ client: LoginClient, _ found: LoginUser, _ who: AuditSubject,
        _ ticket: any LoginTicket, _ reservation: LoginReservation, replacing replaced: SessionToken?
    ) async throws(SessionStoreError) -> LoginOutcome {
        let user = found.user
        let verdict: PasswordVerdict
        do throws(PasswordHasher.Failure) {
            verdict = try await ticket.verdict(on: request.password, user?.passwordHash, isWanted: client.isWaiting)
        } catch {
            let obstacle = attempts.obstacle(error, at: .login, by: who, client)
            attempts.releaseLater(reservation)
            switch error {
            case .busy, .abandoned: break
            // Other hashes may be computable, so the time of this attempt must not differ from theirs.
            case .failed: await ticket.holdBack(isWanted: client.isWaiting)
            }
            return .prevented(obstacle)
        }
        attempts.passwordWasChecked()
        if let user, case .unverifiable(let problem) = verdict { logUnverifiable(problem, user.identity.userID) }
        guard let user, case .matches(_, let isWorthReplacing) = verdict else {
            attempts.audit.record(
                AuditEvent(.login, .refused, Self.reason(found, verdict), of: who), from: client.address)
            await ticket.holdBack(isWanted: client.isWaiting)
            return .refused
        }
        let created: MadeSession?
        do throws(SessionStoreError) {
            created = try await store.createAccessToken(
                for: user, origin: SessionOrigin(clientAddress: client.address, userAgent: client.userAgent),
                remembered: request.remember, replacing: replaced, settling: reservation)
        } catch {
            attempts.releaseLater(reservation)
            throw error
        }
        guard let made = created else {
            // The password was right when it was read, which the client must not learn.
            attempts.releaseLater(reservation)
            attempts.audit.record(AuditEvent(.login, .refused, .endedMeanwhile, of: who), from: client.address)
            await ticket.holdBack(isWanted: client.isWaiting)
            return .refused
        }
        if isWorthReplacing {
            rehasher.rehash(
                user, request.password, for: Requester(address: client.address, username: request.username))
        }
        let identity = made.session.identity
        attempts.audit.record(
            AuditEvent(.login, of: .user(id: identity.userID, name: identity.username), session: made.session.id),
            from: client.address)
        recordEnds(with: made, client)
        return .signedIn(made)
    }

    /// Returns the client's token unless it is forged. Its session tells the throttle that the client has been signed in
    /// before, and is replaced by the new one, since the client would leave it behind unused.
    private func recognizedToken(of client: LoginClient) throws(SessionStoreError) -> SessionToken? {
        guard let token = client.token, try store.mayExist(token) else { return nil }
        return token
    }

    /// Returns the client's token unless it is forged, and nil while that is unknown: then the login will fail.
    private func formerToken(of client: LoginClient) -> SessionToken? {
        do throws(SessionStoreError) {
            return try recognizedToken(of: client)
        } catch {
            return nil
        }
    }

    /// Records each session that ended with the login, or the number of those that the store did not list.
    private func recordEnds(with made: MadeSession, _ client: LoginClient) {
        let details = ["by_session": made.session.id]
        for old in made.ended {
            attempts.audit.record(
                AuditEvent(.sessionEnd, of: .user(id: old.userID), session: old.id, details: details),
                from: client.address)
        }
        guard made.unnamed > 0 else { return }
        let rest = details.merging(["ended": "\(made.unnamed)"]) { $1 }
        attempts.audit.record(
            AuditEvent(.sessionEnd, of: .user(id: made.session.identity.userID), details: rest), from: client.address)
    }

    /// Logs, once per user, that the stored hash cannot be checked: an operator must act.
    private func logUnverifiable(_ problem: PasswordHashProblem, _ userID: String) {
        guard usersWithoutUsableHash.admit(userID) != nil else { return }
        var text = "unusable password hash: \(problem)"
        if case .aboveTimeLimit = problem { text += " (\(SettingTable.shared.hashingTimeLimit.name))" }
        attempts.log.warning("\(text)", metadata: ["user": "\(userID)"])
    }

    /// Returns the reason of a refusal, for the log only.
    private static func reason(_ found: LoginUser, _ verdict: PasswordVerdict) -> AuditReason {
        switch (found, verdict) {
        case (.nobody, _): .unknownUser
        case (.disabled, _): .disabledUser
        case (.user, .unverifiable): .unusableHash
        case (.user, .matches), (.user, .differs): .wrongPassword
        }
    }
}
