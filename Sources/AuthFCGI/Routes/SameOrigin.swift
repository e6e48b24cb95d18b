/// Whether a request that changes something comes from a page of this site. A cookie alone does not say so: a browser
/// sends it along with what any other page makes it send.
enum SameOrigin {
    static func isProved(of request: OriginalRequest) -> Bool {
        isProved(
            fetchSite: request[.fetchSite], origin: request[.origin], host: request[.host], scheme: request[.scheme])
    }

    /// - Parameters:
    ///   - fetchSite: the header Sec-Fetch-Site, which no page can set (Fetch Metadata, W3C).
    ///   - origin: the header Origin, for browsers that do not send the other.
    ///   - host: the host and port that the client asked, as nginx knows them.
    ///   - scheme: the scheme that nginx was asked with. Behind something that ends TLS it is `http` although the page
    ///     is `https`, so that only `https` says more.
    static func isProved(fetchSite: String?, origin: String?, host: String?, scheme: String?) -> Bool {
        if let fetchSite, !fetchSite.isEmpty { return fetchSite == "same-origin" }
        guard let origin, let host, !host.isEmpty else { return false }
        if origin == "https://" + host { return true }
        return scheme != "https" && origin == "http://" + host
    }
}
