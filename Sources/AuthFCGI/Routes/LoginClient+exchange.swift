internal import Sessions

extension LoginClient {
    /// Creates the client of an exchange.
    /// - Parameter credentials: The token in the request.
    init(_ exchange: Exchange, _ credentials: Credentials) {
        address = exchange.request.clientAddress
        userAgent = exchange.request.userAgent
        token = if case .token(let token, _) = credentials { token } else { nil }
        isWaiting = { !exchange.peerHasClosed }
    }
}
