internal import EventLoop
internal import Sessions

/// The client of a login or a password change.
struct LoginClient: Sendable {
    /// The client's address, or nil if the front proxy does not pass it.
    let address: String?
    let userAgent: String?
    /// The session token in the request, valid or not.
    let token: SessionToken?
    /// Returns whether the client is still waiting for the answer.
    let isWaiting: @Sendable @EventLoop () -> Bool

    /// The place of an attempt, as far as the throttle distinguishes places.
    /// - Parameter token: The token in the request if it may have had a session.
    func place(_ token: SessionToken?) -> LoginRefusals.Place {
        LoginRefusals.Place(network: address.flatMap { ClientNetwork($0) }, token: token?.hash)
    }
}
