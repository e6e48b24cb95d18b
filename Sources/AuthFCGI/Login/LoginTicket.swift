internal import EventLoop
internal import Sessions

/// A ticket of the hasher's queue. It is returned with the last reference.
@EventLoop
protocol LoginTicket: AnyObject, Sendable {
    /// Checks `password` against the stored hash, or computes a dummy hash if there is none.
    func verdict(
        on password: [UInt8], _ stored: String?, isWanted: @EventLoop () -> Bool
    ) async throws(PasswordHasher.Failure) -> PasswordVerdict

    /// Hashes a new password. Returns the hash in the form in which it is stored.
    func hash(_ password: [UInt8], isWanted: @EventLoop () -> Bool) async throws(PasswordHasher.Failure) -> String

    /// Waits until a failed attempt may be answered. The delay does not depend on the hash.
    func holdBack(isWanted: @EventLoop () -> Bool) async

    /// Waits until an attempt may be answered that was refused before its hash was read.
    func holdBackRefusal(isWanted: @EventLoop () -> Bool) async
}

extension HashingTicket: LoginTicket {}
