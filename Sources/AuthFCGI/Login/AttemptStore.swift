internal import EventLoop
internal import Sessions

/// The store, as far as checks of passwords use it.
@EventLoop
protocol AttemptStore: AnyObject, Sendable {
    /// Counts an attempt as a failure if the throttle admits it.
    /// - Parameter shown: The client's session token.
    func reserveLogin(
        username: String, userID: String?, from clientAddress: String?, showing shown: SessionToken?
    ) async throws(SessionStoreError) -> LoginAttempt

    /// Releases the reservation of an attempt that was no failure.
    func release(_ reservation: LoginReservation) async throws(SessionStoreError)

    /// Shares the highest cost of the hashes in use with all workers.
    func note(highestHashingCost cost: HashingCost) async throws(SessionStoreError)
}
