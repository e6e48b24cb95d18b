internal import EventLoop
internal import Sessions

/// The store as attempts to prove a password use it.
@EventLoop
protocol AttemptStore: AnyObject, Sendable {
    /// Takes an attempt back whose password was never looked at.
    func release(_ reservation: LoginReservation) async throws(SessionStoreError)

    /// Tells all workers what the hashes in use cost at most.
    func note(highestHashingCost cost: HashingCost) async throws(SessionStoreError)
}
