internal import Sessions

/// The cookie that carries a session token in a browser.
struct SessionCookie: Sendable {
    let name: String
    /// The bytes of the name, for comparisons.
    let nameBytes: [UInt8]
    /// False for sites on plain http.
    let isSecure: Bool

    /// The domain whose hosts share the cookie; nil for one host.
    private let domain: String?
    /// True if browsers accept the cookie for one host only, and for no path but `/`.
    private let isHostOnly: Bool

    /// The arguments, as the settings ensure, make a cookie that browsers accept.
    /// - Parameter name: A token of HTTP.
    init(name: String, domain: String? = nil, isSecure: Bool = true) {
        self.name = name
        self.domain = domain
        self.isSecure = isSecure
        nameBytes = Array(name.utf8)
        isHostOnly = name.lowercased().hasPrefix("__host-")
    }

    /// Returns the value of a Set-Cookie header that signs in.
    /// - Parameter lifetime: The lifetime of the cookie; nil for the session of the browser.
    func carrying(_ token: SessionToken, for lifetime: Duration?) -> HeaderValue {
        header(token.secretText, in: domain, maxAge: lifetime)
    }

    /// The value of a Set-Cookie header that deletes the cookie in the form in which it is set.
    var expired: HeaderValue { expired(in: domain) }

    /// Returns the values of Set-Cookie headers that delete the cookie in every form but the one in which it is set: with
    /// other settings it was one of the host, or of a domain, and a host of the same domain can set one for all. A browser
    /// sends them all, and several cookies are none.
    ///
    /// To be sent before a header that sets the cookie: some browsers do not tell a cookie of a host from one of a domain of
    /// the same name.
    func otherForms(on host: String?) -> [HeaderValue] {
        guard !isHostOnly else { return [] }
        let all = [nil] + Self.domains(of: host).map(Optional.some)
        return all.filter { $0 != domain }.map { expired(in: $0) }
    }

    /// Returns the values of Set-Cookie headers that delete cookies with a path below `/`. A host of the same domain can set
    /// one, and a browser sends it, besides the one of this program, with requests below its path alone. No request tells
    /// that path, so all are tried that it may be.
    /// - Parameter places: The paths, with a query or without, of requests with which such a cookie may be sent. The first
    ///   ones count: the answer has to fit into the buffers of fronts.
    func forms(below places: [String], on host: String?) -> [HeaderValue] {
        guard !isHostOnly else { return [] }
        let known = [nil] + Self.domains(of: host).map(Optional.some)
        let domains = known.contains(domain) ? known : known + [domain]
        var forms: [HeaderValue] = []
        var bytes = 0
        for path in places.flatMap({ Self.paths(of: $0) }) {
            for domain in domains {
                let form = header("", in: domain, path: path, maxAge: .zero)
                bytes += form.text.utf8.count
                guard bytes <= Self.maxBytesBelow else { return forms }
                forms.append(form)
            }
        }
        return forms
    }

    private static let maxBytesBelow = 2560

    /// The paths below `/` of cookies that a browser sends with a request (RFC 6265, section 5.1.4), the shortest first: of
    /// the first segments, with a slash at the end and without, and the whole path.
    private static func paths(of place: String) -> [String] {
        let path = Array(place.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
        let slashes = path.indices.dropFirst().filter { path[$0] == UInt8(ascii: "/") }.prefix(maxSegments)
        var paths: [String] = []
        for end in slashes.flatMap({ [$0, $0 + 1] }) + [path.count] {
            let text = String(decoding: path[..<end], as: UTF8.self)
            if text != "/", text != paths.last, SetCookie.isPath(text) { paths.append(text) }
        }
        return paths
    }

    private static let maxSegments = 4

    /// The host and its parents, as far as a cookie may have one as its domain. Which of them are public suffixes, browsers
    /// know.
    private static func domains(of host: String?) -> [String] {
        guard let host, let authority = Authority(host[...]), !authority.isAddress else { return [] }
        let labels = authority.host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2 else { return [] }
        return (0...min(labels.count - 2, maxParents)).map { labels[$0...].joined(separator: ".") }
            .filter(SetCookie.isDomain)
    }

    private static let maxParents = 4

    private func expired(in domain: String?) -> HeaderValue { header("", in: domain, maxAge: .zero) }

    private func header(
        _ value: String, in domain: String?, path: String = "/", maxAge: Duration?
    ) -> HeaderValue {
        do throws(SetCookie.Problem) {
            return try SetCookie(
                name: name, value: value, path: path, domain: domain, maxAge: maxAge, isSecure: isSecure
            ).headerValue
        } catch {
            preconditionFailure("settings refuse the cookie: \(error)")
        }
    }
}
