internal import Sessions

extension LoginClient {
    /// The client of a request.
    /// - Parameter credentials: what the request offers as its token.
    init(_ exchange: Exchange, _ credentials: Credentials) {
        address = exchange.request.clientAddress
        userAgent = exchange.request.userAgent
        token = if case .token(let token, _) = credentials { token } else { nil }
        isWaiting = { !exchange.peerHasClosed }
    }
}
