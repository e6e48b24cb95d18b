/// The origin of a web page: scheme, host and port (RFC 6454), as in the header Origin.
struct WebOrigin: Equatable {
    enum Scheme: String {
        case http
        case https

        var defaultPort: UInt16 {
            switch self {
            case .http: 80
            case .https: 443
            }
        }
    }

    let scheme: Scheme
    private let authority: Authority

    /// Returns nil for `null`, and for whatever else is not the origin of a page on the web.
    init?(_ text: String) {
        guard let separator = text.firstRange(of: "://"),
            let scheme = Scheme(rawValue: text[..<separator.lowerBound].lowercased()),
            let authority = Authority(text[separator.upperBound...])
        else { return nil }
        self.scheme = scheme
        self.authority = authority
    }

    init(_ scheme: Scheme, _ authority: Authority) {
        self.scheme = scheme
        self.authority = authority
    }

    /// The port, which is the scheme's unless another one was given.
    private var port: UInt16 { authority.port ?? scheme.defaultPort }

    /// The origin as browsers write it: without the default port.
    var text: String {
        "\(scheme.rawValue)://\(authority.host)" + (port == scheme.defaultPort ? "" : ":\(port)")
    }

    static func == (one: WebOrigin, other: WebOrigin) -> Bool { one.text == other.text }

    /// Returns whether a request for this host, by the scheme of this origin, is one to the origin.
    /// - Parameter host: The value of the header Host.
    func isOrigin(ofHost host: String) -> Bool {
        guard let requested = Authority(host[...]) else { return false }
        return WebOrigin(scheme, requested) == self
    }
}
