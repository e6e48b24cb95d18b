internal import EventLoop
internal import Sessions

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
