internal import EventLoop
internal import Sessions

/// The hasher as attempts to prove a password use it.
@EventLoop
protocol LoginHasher: AnyObject, Sendable {
    /// A place in the queue: to be taken before anything else is done for a client.
    func takeTicket() throws(PasswordHasher.Failure) -> any LoginTicket

    /// All workers together know of hashes that cost so much at most.
    func learn(shared cost: HashingCost)

    /// What the hashes in use cost at most, if that is not what all workers know already.
    var news: HashingCost? { get }
}

extension PasswordHasher: LoginHasher {
    func takeTicket() throws(Failure) -> any LoginTicket { try admit() }
}
