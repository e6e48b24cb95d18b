internal import EventLoop
internal import Sessions

/// The hasher, as far as checks of passwords use it.
@EventLoop
protocol LoginHasher: AnyObject, Sendable {
    /// Takes a ticket of the queue. Called before any other work for the client.
    /// - Parameter requester: The client's network and the user name, among which the queue is divided.
    func takeTicket(for requester: Requester) throws(PasswordHasher.Failure) -> any LoginTicket

    /// Waits until an attempt may be answered that was refused without a ticket.
    func holdBackRefusal(for requester: Requester, isWanted: @EventLoop () -> Bool) async

    /// Records the highest cost that all workers share.
    func learn(shared cost: HashingCost)

    /// Records that a cost from ``news`` is shared.
    func learn(noted cost: HashingCost)

    /// The highest cost of the hashes in use that is not shared yet, or nil.
    var news: HashingCost? { get }
}

extension PasswordHasher: LoginHasher {
    func takeTicket(for requester: Requester) throws(Failure) -> any LoginTicket { try admit(for: requester) }
}
