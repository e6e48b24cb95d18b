internal import EventLoop
internal import Logging
internal import Sessions

/// What a login, a password change and a password reset have in common: the dependencies, and the handling of the hasher's
/// results.
@EventLoop
struct PasswordAttempts {
    /// Starts background work.
    typealias Spawn = @EventLoop (@escaping @Sendable @EventLoop () async -> Void) -> Void

    let store: any AttemptStore
    let hasher: any LoginHasher
    let audit: any AuditRecorder
    let log: Logger
    let now: @EventLoop () -> BootInstant
    let spawn: Spawn
    private let failures: HashingFailureLog

    /// - Parameters:
    ///   - store: The store, as far as all attempts use it.
    ///   - hasher: The hasher.
    ///   - audit: The recorder of audit events.
    ///   - log: The log.
    ///   - now: The clock; tests use their own.
    ///   - spawn: Starts background work. Tests run it themselves.
    init(
        store: any AttemptStore, hasher: any LoginHasher, audit: any AuditRecorder, log: Logger,
        now: @escaping @EventLoop () -> BootInstant = { .now }, spawn: @escaping Spawn = { EventLoop.spawn($0) }
    ) {
        self.store = store
        self.hasher = hasher
        self.audit = audit
        self.log = log
        self.now = now
        self.spawn = spawn
        failures = HashingFailureLog(log)
    }

    /// Records that the password was not checked, and returns the reason for the client.
    func obstacle(
        _ failure: PasswordHasher.Failure, at action: AuditAction, by who: AuditSubject, _ client: LoginClient
    ) -> LoginObstacle {
        let (reason, obstacle): (AuditReason, LoginObstacle)
        switch failure {
        case .busy(let seconds): (reason, obstacle) = (.busy, .busy(seconds: seconds))
        case .abandoned: (reason, obstacle) = (.clientGone, .clientGone)
        case .failed(let failure):
            failures.failed(failure)
            (reason, obstacle) = (.hashing, .hashing)
        }
        audit.recordSparingly(AuditEvent(action, .unavailable, reason, of: who), from: client.address)
        return obstacle
    }

    /// Releases in the background the reservation of an attempt that was no failure. Its client does not wait for a store
    /// that may just have failed.
    func releaseLater(_ reservation: LoginReservation) {
        spawn { [store, log] in
            do throws(SessionStoreError) {
                try await store.release(reservation)
            } catch {
                log.warning("an attempt that was no failure counts as a failed login: \(AuditReason(error).rawValue)")
            }
        }
    }

    /// Notes that a password was checked. If that has shown a new highest hashing cost, shares it with all workers.
    func passwordWasChecked() {
        failures.succeeded()
        guard let highest = hasher.news else { return }
        spawn { [store, hasher, log] in
            do throws(SessionStoreError) {
                try await store.note(highestHashingCost: highest)
                hasher.learn(noted: highest)
            } catch {
                // The next login tries again.
                log.debug("recording the highest hash cost failed: \(error)")
            }
        }
    }
}
