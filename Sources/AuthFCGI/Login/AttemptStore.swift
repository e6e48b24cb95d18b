internal import EventLoop
internal import Sessions

/// The store, as far as checks of passwords use it.
@EventLoop
protocol AttemptStore: AnyObject, Sendable {
    /// Releases the reservation of an attempt that was no failure.
    func release(_ reservation: LoginReservation) async throws(SessionStoreError)

    /// Shares the highest cost of the hashes in use with all workers.
    func note(highestHashingCost cost: HashingCost) async throws(SessionStoreError)
}
