internal import EventLoop
internal import Sessions

/// The choice of a new password with a link, without the old password.
///
/// A code cannot be guessed: it has 256 random bits. The throttle only bounds what invented codes cost. Those of a network
/// count as failed logins of one name that nobody has, and not as failures of the network: a page of another site can have
/// its visitors' browsers load any number of links, and must not keep them from signing in. A link that can be used is never
/// refused for that, so that nobody can keep the user of a link from using it. Whether a link is used, too old, unknown, or
/// its user disabled makes no difference to the client.
///
/// Looking at a link changes nothing: programs that read mail follow links too.
@EventLoop
final class PasswordResetFlow {
    private let store: any PasswordResetStore
    private let attempts: PasswordAttempts
    private let rules: PasswordRules
    private var refusals = LoginRefusals()

    /// The name in the memory of refusals, by which all codes of an address are one.
    private static let anyCode = LoginRefusals.Subject.name("")

    /// - Parameters:
    ///   - store: The store.
    ///   - attempts: What this flow has in common with logins.
    ///   - rules: The requirements on new passwords.
    init(store: any PasswordResetStore, attempts: PasswordAttempts, rules: PasswordRules) {
        self.store = store
        self.attempts = attempts
        self.rules = rules
    }

    /// Returns whether a link can be used: ``PasswordResetOutcome/live(username:)`` if so.
    func look(at code: PasswordResetCode, _ client: LoginClient) async -> PasswordResetOutcome {
        do throws(SessionStoreError) {
            guard let user = try await store.userOfPasswordReset(code, from: client.address) else {
                return try await refuse(client)
            }
            return .live(username: user.username)
        } catch {
            return unavailable(error, nil, client)
        }
    }

    /// Sets the password of the link's user.
    /// - Parameter password: The new password as received, byte for byte.
    func reset(_ code: PasswordResetCode, to password: [UInt8], _ client: LoginClient) async -> PasswordResetOutcome {
        var found: PasswordResetUser?
        do throws(SessionStoreError) {
            found = try await store.userOfPasswordReset(code, from: client.address)
            guard let user = found else { return try await refuse(client) }
            if let violation = rules.violation(of: password, username: user.username) {
                attempts.audit.recordSparingly(event(.refused, .unacceptablePassword, of: user), from: client.address)
                return .unacceptable(violation)
            }
            let passwordHash: String
            do throws(PasswordHasher.Failure) {
                let ticket = try attempts.hasher.takeTicket(
                    for: Requester(address: client.address, username: user.username))
                passwordHash = try await ticket.hash(password, isWanted: client.isWaiting)
            } catch {
                return .prevented(
                    attempts.obstacle(error, at: .passwordReset, by: .user(id: user.id), client))
            }
            guard let ended = try await store.resetPassword(with: code, of: user, to: passwordHash) else {
                // Another request has used the link, or something else has made it invalid.
                attempts.audit.recordSparingly(event(.refused, .changedMeanwhile, of: user), from: client.address)
                return .noSuchLink
            }
            attempts.audit.record(event(.success, of: user, details: ["ended": "\(ended)"]), from: client.address)
            return .changed
        } catch {
            return unavailable(error, found, client)
        }
    }

    /// Counts a link that cannot be used against the client's network.
    private func refuse(_ client: LoginClient) async throws(SessionStoreError) -> PasswordResetOutcome {
        let place = client.place(nil)
        if let refusal = refusals.refusal(of: Self.anyCode, at: place, at: attempts.now()) {
            attempts.audit.recordSparingly(event(.throttled, of: nil), from: client.address)
            return .prevented(.throttled(seconds: refusal.seconds(at: attempts.now())))
        }
        let network = place.network.map { String(decoding: $0.bytes.hex, as: UTF8.self) } ?? "nowhere"
        let attempt = try await store.reserveLogin(
            username: "password reset from \(network)", userID: nil, from: nil, showing: nil)
        switch attempt.admission {
        case .allowed:
            // The reservation is never settled: it stays a failure.
            attempts.audit.recordSparingly(event(.refused, .noSuchLink, of: nil), from: client.address)
            return .noSuchLink
        case .refused(let seconds):
            refusals.remember(Self.anyCode, at: place, seconds: seconds, who: .nobody, at: attempts.now())
            attempts.audit.recordSparingly(event(.throttled, of: nil), from: client.address)
            return .prevented(.throttled(seconds: seconds))
        }
    }

    private func unavailable(
        _ error: SessionStoreError, _ user: PasswordResetUser?, _ client: LoginClient
    ) -> PasswordResetOutcome {
        attempts.audit.recordSparingly(event(.unavailable, AuditReason(error), of: user), from: client.address)
        return .prevented(.store(error))
    }

    private func event(
        _ outcome: AuditOutcome, _ reason: AuditReason? = nil, of user: PasswordResetUser?,
        details: [String: String] = [:]
    ) -> AuditEvent {
        AuditEvent(
            .passwordReset, outcome, reason, of: user.map { .user(id: $0.id, name: $0.username) } ?? .nobody,
            details: details)
    }
}
