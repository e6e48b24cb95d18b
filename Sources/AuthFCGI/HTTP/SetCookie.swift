internal import EventLoop

/// A Set-Cookie header's value (RFC 6265bis, section 4.1.1). Nothing can be made that a browser would read as another
/// header, another attribute or another cookie, nor one that it would throw away for its name.
struct SetCookie: Equatable {
    /// With which requests of other sites a browser sends the cookie along.
    enum SameSite: String {
        case strict = "Strict"
        case lax = "Lax"
        /// Any; the cookie must be secure.
        case none = "None"
    }

    /// Why a cookie cannot be set.
    enum Problem: Error, CaseIterable {
        /// The name is empty or no token (RFC 9110, section 5.6.2).
        case name
        /// The value has a byte that no cookie value may have, a space and a quote among them.
        case value
        /// The path does not begin with a slash, or has a byte that would end the attribute.
        case path
        /// The domain is not made of labels of letters, digits and hyphens.
        case domain
        /// A name that begins with `__Secure-` or `__Host-`, or `SameSite=None`, without Secure.
        case notSecure
        /// A name that begins with `__Host-`, with a domain or another path than `/`.
        case notHostOnly
        /// Name and value are longer together than browsers take.
        case tooLong
    }

    /// The header's value.
    let headerValue: HeaderValue

    /// What browsers take of name and value together, in bytes (RFC 6265bis, section 5.6).
    static let maxBytes = 4096

    /// - Parameters:
    ///   - domain: with whose subdomains the cookie is shared; nil: with none, the browser sends it to this host alone.
    ///   - maxAge: for how long the browser keeps it, in whole seconds, zero or less: it forgets the cookie; nil: until
    ///     the browser ends.
    ///   - isSecure: whether it is sent over https alone.
    ///   - isHTTPOnly: whether it is kept from the page's scripts.
    /// - Throws: what is wrong, instead of sending something else.
    init(
        name: String, value: String, path: String = "/", domain: String? = nil, maxAge: Duration? = nil,
        isSecure: Bool = true, isHTTPOnly: Bool = true, sameSite: SameSite = .lax
    ) throws(Problem) {
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte) else { throw .name }
        guard value.utf8.allSatisfy(Self.isValueByte) else { throw .value }
        guard name.utf8.count + value.utf8.count <= Self.maxBytes else { throw .tooLong }
        guard path.utf8.first == UInt8(ascii: "/"), path.utf8.allSatisfy(Self.isPathByte) else { throw .path }
        if let domain, !Self.isDomain(domain) { throw .domain }
        // Browsers compare these prefixes without case.
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

    private static func isPathByte(_ byte: UInt8) -> Bool {
        byte.isASCIIVisible && byte != UInt8(ascii: ";")
    }

    /// A host name as the attribute has it, without a dot in front (RFC 6265bis, section 4.1.2.3).
    private static func isDomain(_ text: String) -> Bool {
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return text.utf8.count <= 253
            && labels.allSatisfy { label in
                let hyphen = UInt8(ascii: "-")
                return (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
                    && label.allSatisfy { $0.isASCIIAlphanumeric || $0 == hyphen }
            }
    }
}
