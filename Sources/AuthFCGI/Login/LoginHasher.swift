internal import EventLoop
internal import Sessions

/// The hasher, as far as checks of passwords use it.
@EventLoop
protocol LoginHasher: AnyObject, Sendable {
    /// Takes a ticket of the queue. Called before any other work for the client.
    func takeTicket() throws(PasswordHasher.Failure) -> any LoginTicket

    /// Records the highest cost that all workers share.
    func learn(shared cost: HashingCost)

    /// The highest cost of the hashes in use that is not shared yet, or nil.
    var news: HashingCost? { get }
}

extension PasswordHasher: LoginHasher {
    func takeTicket() throws(Failure) -> any LoginTicket { try admit() }
}
