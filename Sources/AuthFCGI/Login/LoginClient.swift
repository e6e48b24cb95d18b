internal import EventLoop
internal import Sessions

/// The client that asks for a login or for a change of its password.
struct LoginClient: Sendable {
    /// The client's address; nil when the front does not tell it.
    let address: String?
    let userAgent: String?
    /// The token of ours that the request came with, whether its session lives or not.
    let token: SessionToken?
    /// Whether the client still waits for the answer.
    let isWaiting: @Sendable @EventLoop () -> Bool
}
