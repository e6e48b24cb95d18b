internal import EventLoop
internal import Logging
internal import Sessions

/// Replaces the outdated hash of a user who has just signed in, in the background. One hash at a time: users who are
/// skipped get theirs at a later login.
@EventLoop
final class Rehasher {
    private let store: any LoginStore
    private let hasher: any LoginHasher
    private let log: Logger
    private let spawn: PasswordAttempts.Spawn
    private var isRunning = false
    private var failure = LogCondition.ofRequests("rehashing_fails")

    init(store: any LoginStore, hasher: any LoginHasher, log: Logger, spawn: @escaping PasswordAttempts.Spawn) {
        self.store = store
        self.hasher = hasher
        self.log = log
        self.spawn = spawn
    }

    func rehash(_ user: UserRecord, _ password: [UInt8], for requester: Requester) {
        guard store.rehashes, !isRunning else { return }
        isRunning = true
        spawn { [self] in
            defer { isRunning = false }
            do throws(PasswordHasher.Failure) {
                let hash = try await hasher.takeTicket(for: requester).hash(password, isWanted: { true })
                if let fields = failure.end() { log.info("passwords can be rehashed again", metadata: fields) }
                await store.rehash(user, to: hash)
            } catch {
                switch error {
                case .busy, .abandoned: break  // logins come first
                case .failed(let reason):
                    if let fields = failure.begin(reason) {
                        log.error("password rehash failed: \(reason)", metadata: fields)
                    }
                }
            }
        }
    }
}
