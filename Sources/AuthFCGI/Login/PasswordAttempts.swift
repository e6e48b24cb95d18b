internal import EventLoop
internal import Logging
internal import Sessions

/// What a login and a change of password have in common: the seams, and what there is to be said of the hasher.
@EventLoop
struct PasswordAttempts {
    /// Starts what nobody waits for.
    typealias Spawn = @EventLoop (@escaping @Sendable @EventLoop () async -> Void) -> Void

    let store: any AttemptStore
    let hasher: any LoginHasher
    let audit: any AuditRecorder
    let log: Logger
    let spawn: Spawn

    init(
        store: any AttemptStore, hasher: any LoginHasher, audit: any AuditRecorder, log: Logger,
        spawn: @escaping Spawn = { EventLoop.spawn($0) }
    ) {
        self.store = store
        self.hasher = hasher
        self.audit = audit
        self.log = log
        self.spawn = spawn
    }

    /// Records that the hasher gave no answer.
    func obstacle(
        _ failure: PasswordHasher.Failure, at action: AuditAction, by who: AuditSubject, _ client: LoginClient
    ) -> LoginObstacle {
        let (reason, obstacle): (AuditReason, LoginObstacle)
        switch failure {
        case .busy(let seconds): (reason, obstacle) = (.busy, .busy(seconds: seconds))
        case .abandoned: (reason, obstacle) = (.clientGone, .clientGone)
        case .failed(let failure):
            log.error("password check failed: \(failure)")
            (reason, obstacle) = (.hashing, .hashing)
        }
        audit.recordSparingly(AuditEvent(action, .unavailable, reason, of: who), from: client.address)
        return obstacle
    }

    /// Lets all workers know of a hash that is more costly than any before, or the first that is not like ours.
    func shareHighestCost() {
        guard let highest = hasher.news else { return }
        spawn { [store, hasher, log] in
            do throws(SessionStoreError) {
                try await store.note(highestHashingCost: highest)
                hasher.learn(shared: highest)
            } catch {
                // The next login has it noted.
                log.debug("recording the highest hash cost failed: \(error)")
            }
        }
    }
}
