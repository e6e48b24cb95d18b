internal import EventLoop

/// The address of the sign-in page for a request that was refused, with the place to return to.
struct SignInAddress: Sendable {
    /// LOGIN_URL: a path of the host of the request, or a URL.
    let url: String
    /// REDIRECT_ORIGINS.
    let origins: [WebOrigin]

    /// The origin of the page; nil for that of the request.
    private let pageOrigin: WebOrigin?
    private let pagePath: [UInt8]

    private var isPath: Bool { pageOrigin == nil }

    /// - Parameter url: A path, or a URL with a path and without a query.
    init(url: String, origins: [WebOrigin]) {
        self.url = url
        self.origins = origins
        let host = url.hasPrefix("/") ? nil : url.firstRange(of: "://")
        let start = host.flatMap { url[$0.upperBound...].firstIndex(of: "/") } ?? url.startIndex
        pageOrigin = WebOrigin(String(url[..<start]))
        pagePath = Array(url[start...].utf8)
    }

    /// Returns whether a refused request is for the page itself, which by mistake is in a location that needs a sign-in: a
    /// browser that is sent there would be sent there again and again.
    func isAddress(of request: OriginalRequest) -> Bool {
        let hasPath = request.withBytes(of: .originalURI) { uri in
            guard uri.count >= pagePath.count,
                uri.count == pagePath.count || uri[pagePath.count] == UInt8(ascii: "?")
            else { return false }
            return pagePath.indices.allSatisfy { uri[$0] == pagePath[$0] }
        }
        guard hasPath, let pageOrigin else { return hasPath }
        return request[.host].map { pageOrigin.isOrigin(ofHost: $0) } ?? false
    }

    /// The address for a client that resolves it against the URL of its request.
    func reference(for request: OriginalRequest) -> HeaderValue { HeaderValue(url: url + query(for: request)) }

    /// The address for a front that would resolve a path against its own address, as Traefik does. A path, if the host of
    /// the request is unknown.
    func absolute(for request: OriginalRequest) -> HeaderValue {
        let origin = isPath ? origin(of: request)?.text ?? "" : ""
        return HeaderValue(url: origin + url + query(for: request))
    }

    /// Returns the query with the place to return to. Empty if that is unknown or too long.
    private func query(for request: OriginalRequest) -> String {
        var bytes: [UInt8] = []
        appendQuery(for: request, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the query with the place to return to, every byte of which is escaped unless it has no meaning anywhere: a
    /// front may put the address into a header, a page or another query. Appends nothing if the place is unknown or too
    /// long.
    func appendQuery(for request: OriginalRequest, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append("?rd=")
        // The sign-in page of another host needs to know this one.
        if !isPath {
            guard let origin = origin(of: request) else { return bytes.removeSubrange(start...) }
            Self.append(origin.text.utf8Span.span, to: &bytes)
        }
        let isPlace = request.withBytes(of: .originalURI) { uri in
            guard uri.count > 0, uri[0] == UInt8(ascii: "/"), uri.count <= RedirectTarget.maxFieldBytes else {
                return false
            }
            Self.append(uri, to: &bytes)
            return true
        }
        if !isPlace || bytes.count - start > RedirectTarget.maxFieldBytes { bytes.removeSubrange(start...) }
    }

    /// The origin of a request. Behind a load balancer that ends TLS the scheme of the request is not that of the page, so
    /// that one of the permitted origins is preferred.
    private func origin(of request: OriginalRequest) -> WebOrigin? {
        guard let host = request[.host], let authority = Authority(host[...]) else { return nil }
        let isHTTP = request[.scheme] == WebOrigin.Scheme.http.rawValue
        let origin = WebOrigin(isHTTP ? .http : .https, authority)
        return origins.contains(origin) ? origin : origins.first { $0.isOrigin(ofHost: host) } ?? origin
    }

    /// Appends bytes with all but the unreserved ones escaped (RFC 3986, section 2.3).
    static func append(_ text: borrowing Span<UInt8>, to bytes: inout [UInt8]) {
        for index in text.indices {
            let byte = text[index]
            if byte.isASCIIAlphanumeric || "-._~".utf8.contains(byte) {
                bytes.append(byte)
            } else {
                PercentEncoding.append(byte, to: &bytes)
            }
        }
    }
}
