internal import EventLoop

/// The value of a Set-Cookie header (RFC 6265bis, section 4.1.1). Arguments that a browser would read as another header,
/// attribute or cookie, or for which it would ignore the cookie, are refused.
struct SetCookie: Equatable {
    /// The requests from other sites with which a browser sends the cookie.
    enum SameSite: String {
        case strict = "Strict"
        case lax = "Lax"
        /// All; the cookie must be secure.
        case none = "None"
    }

    /// The reason why a cookie is refused.
    enum Problem: Error, CaseIterable {
        /// The name is not a token (RFC 9110, section 5.6.2).
        case name
        /// The value has a byte that is not allowed, such as a space or a quote.
        case value
        /// The path does not begin with a slash, or has a byte that is not allowed.
        case path
        /// The domain does not consist of labels of letters, digits and hyphens.
        case domain
        /// A name that begins with `__Secure-` or `__Host-`, or `SameSite=None`, without Secure.
        case notSecure
        /// A name that begins with `__Host-`, with a domain or a path other than `/`.
        case notHostOnly
        /// Name and value together exceed ``maxBytes``.
        case tooLong
    }

    /// The value of the header.
    let headerValue: HeaderValue

    /// The maximum length of name and value together that browsers accept, in bytes (RFC 6265bis, section 5.6).
    static let maxBytes = 4096

    /// - Parameters:
    ///   - domain: the domain whose hosts get the cookie; nil for this host only.
    ///   - maxAge: the lifetime of the cookie, of which whole seconds count; zero or less deletes the cookie; nil for the
    ///     session of the browser.
    ///   - isSecure: true if the cookie is sent over https only.
    ///   - isHTTPOnly: true if scripts cannot read the cookie.
    /// - Throws: if an argument is not allowed; none is corrected.
    init(
        name: String, value: String, path: String = "/", domain: String? = nil, maxAge: Duration? = nil,
        isSecure: Bool = true, isHTTPOnly: Bool = true, sameSite: SameSite = .lax
    ) throws(Problem) {
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte) else { throw .name }
        guard value.utf8.allSatisfy(Self.isValueByte) else { throw .value }
        guard name.utf8.count + value.utf8.count <= Self.maxBytes else { throw .tooLong }
        guard Self.isPath(path) else { throw .path }
        if let domain, !Self.isDomain(domain) { throw .domain }
        // Browsers ignore case in these prefixes.
        let isHostName = name.lowercased().hasPrefix("__host-")
        guard isSecure || !(isHostName || name.lowercased().hasPrefix("__secure-") || sameSite == .none) else {
            throw .notSecure
        }
        guard !isHostName || domain == nil && path == "/" else { throw .notHostOnly }

        var text = "\(name)=\(value); Path=\(path)"
        if let domain { text += "; Domain=\(domain)" }
        if isSecure { text += "; Secure" }
        if isHTTPOnly { text += "; HttpOnly" }
        text += "; SameSite=\(sameSite.rawValue)"
        if let maxAge { text += "; Max-Age=\(max(0, maxAge.components.seconds))" }
        guard let headerValue = HeaderValue(verbatim: text) else { throw .value }
        self.headerValue = headerValue
    }

    static func == (a: SetCookie, b: SetCookie) -> Bool { a.headerValue.text == b.headerValue.text }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        byte.isASCIIAlphanumeric || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }

    /// RFC 6265, section 4.1.1: cookie-octet.
    private static func isValueByte(_ byte: UInt8) -> Bool {
        byte.isASCIIVisible && !"\",;\\".utf8.contains(byte)
    }

    /// Returns whether the text may be the path of a cookie.
    static func isPath(_ text: String) -> Bool {
        text.utf8.first == UInt8(ascii: "/") && text.utf8.allSatisfy(isPathByte)
    }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        byte.isASCIIVisible && byte != UInt8(ascii: ";")
    }

    /// Returns true for a host name without a leading dot (RFC 6265bis, section 4.1.2.3).
    static func isDomain(_ text: String) -> Bool {
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return text.utf8.count <= 253
            && labels.allSatisfy { label in
                let hyphen = UInt8(ascii: "-")
                return (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
                    && label.allSatisfy { $0.isASCIIAlphanumeric || $0 == hyphen }
            }
    }
}
