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

/// A client's place in the hasher's queue; given up with the last reference.
@EventLoop
protocol LoginTicket: AnyObject, Sendable {
    /// Whether `password` belongs to the stored hash. Without one to compute, one of ours is computed.
    func verdict(
        on password: [UInt8], _ stored: String?, isWanted: @EventLoop () -> Bool
    ) async throws(PasswordHasher.Failure) -> PasswordVerdict

    /// The form in which a new password is stored.
    func hash(_ password: [UInt8], isWanted: @EventLoop () -> Bool) async throws(PasswordHasher.Failure) -> String

    /// Waits until a failed attempt may be answered, whatever its hash was.
    func holdBack(isWanted: @EventLoop () -> Bool) async

    /// Waits until an attempt may be answered that was refused before its hash was looked at.
    func holdBackRefusal(isWanted: @EventLoop () -> Bool) async
}

extension HashingTicket: LoginTicket {}

extension PasswordHasher: LoginHasher {
    func takeTicket() throws(Failure) -> any LoginTicket { try admit() }
}
