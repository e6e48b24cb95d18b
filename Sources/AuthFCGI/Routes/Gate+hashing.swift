internal import EventLoop
internal import Logging
internal import Sessions

/// What there is to say of hashes, and of the hasher.
extension Gate {
    /// 503: the hasher did not answer.
    func hashingFailed(
        _ failure: PasswordHasher.Failure, at action: AuditAction, by who: AuditSubject, _ exchange: FastCGIExchange
    ) -> Response {
        let (reason, response): (AuditReason, Response)
        switch failure {
        case .busy(let seconds):
            reason = .busy
            response = .unavailable("too many logins at once; try again", retryAfter: seconds)
        case .abandoned: (reason, response) = (.clientGone, .unavailable("the client has gone"))
        case .failed(let failure):
            log.error("a password could not be checked: \(failure)")
            (reason, response) = (.hashing, .unavailable("passwords cannot be checked now; try again"))
        }
        auditSparingly(AuditEvent(action, .unavailable, reason, of: who), exchange)
        return response
    }

    /// Nobody can sign in by such a hash until an operator does something about it: said once a user.
    func logUnverifiable(_ problem: PasswordHashProblem, _ userID: String) {
        guard usersWithoutUsableHash.isFirst(userID) else { return }
        log.warning("a stored password hash cannot be used: \(problem)", metadata: ["user": "\(userID)"])
    }

    /// Lets all workers know of a hash that is more costly than any before, or the first that is not like ours.
    func shareHighestCost() {
        guard let highest = hasher.news else { return }
        EventLoop.spawn { [self] in
            do throws(SessionStoreError) {
                try await store.note(highestHashingCost: highest)
                hasher.learn(shared: highest)
            } catch {
                // The next login has it noted.
                log.debug("the most costly hash could not be noted: \(error)")
            }
        }
    }
}
