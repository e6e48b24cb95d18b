extension Pages {
    /// Returns the answer 503 of a route that cannot tell who is signed in, or whether what a form asks for was done.
    func unavailable(to request: OriginalRequest) -> Response {
        let notice: Notice = request[.method] == "POST" ? .formUnanswered : .unavailable
        return response(.notice(notice), .serviceUnavailable, to: request, headers: [(.retryAfter, 1)])
    }

    /// Returns the answer 403 to a form that no page of this site has sent.
    func otherSite(to request: OriginalRequest) -> Response {
        response(.notice(.otherSite), .forbidden, to: request)
    }
}
