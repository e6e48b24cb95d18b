/// The proof that a request that changes something comes from a page of this site. The cookie is no proof: a browser
/// sends it with requests that pages of other sites cause.
enum SameOrigin {
    static func isProved(of request: OriginalRequest) -> Bool {
        isProved(
            fetchSite: request[.fetchSite], origin: request[.origin], host: request[.host], scheme: request[.scheme])
    }

    /// Returns whether the headers prove it.
    /// - Parameters:
    ///   - fetchSite: The header Sec-Fetch-Site, which no page can set (Fetch Metadata, W3C).
    ///   - origin: The header Origin, for browsers without Sec-Fetch-Site.
    ///   - host: The requested host and port, as nginx knows them.
    ///   - scheme: The scheme of the request to nginx. Behind a TLS terminator it is `http` although the page is
    ///     `https`, so only `https` is conclusive.
    static func isProved(fetchSite: String?, origin: String?, host: String?, scheme: String?) -> Bool {
        if let fetchSite, !fetchSite.isEmpty { return fetchSite == "same-origin" }
        guard let origin = origin.flatMap(WebOrigin.init), let host, origin.isOrigin(ofHost: host) else { return false }
        return switch origin.scheme {
        case .https: true
        case .http: scheme != "https"
        }
    }
}
