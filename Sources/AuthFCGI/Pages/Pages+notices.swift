extension Pages {
    /// Returns the answer 503 of a route that cannot tell who is signed in, or whether something was done.
    func unavailable(to request: OriginalRequest) -> Response {
        response(.notice(.unavailable), .serviceUnavailable, to: request, headers: [(.retryAfter, 1)])
    }

    /// Returns the answer 403 to a form that no page of this site has sent.
    func otherSite(to request: OriginalRequest) -> Response {
        response(.notice(.otherSite), .forbidden, to: request)
    }
}
