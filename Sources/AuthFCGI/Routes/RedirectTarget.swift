internal import EventLoop

/// The place to which a browser is sent after a sign-in: a path of this site, or a URL of an origin that the operator
/// permits. Everything else is the front page, so that no link to the sign-in page leads to another site (CWE-601).
///
/// The text is validated as it is sent, and nothing decodes it afterwards. What some other reader of the path could make of
/// it counts too: applications decode paths, and redirect to what they have decoded.
struct RedirectTarget: Equatable {
    /// A path with its query, or a URL. Visible ASCII.
    let text: String

    /// The front page.
    static let home = RedirectTarget(accepted: "/")

    /// The maximum length of the text as a field of a form, in bytes: with the longest name and password it still fits
    /// into ``RequestBody/maxBytes``.
    static let maxFieldBytes = 4096

    /// Accepts a text, or is the front page.
    /// - Parameters:
    ///   - text: a path or a URL, without any encoding of its own.
    ///   - origins: the permitted origins besides this site.
    ///   - host: the host of this site, with its port if any, as the request has it.
    init(_ text: String, permitting origins: [WebOrigin], host: String?) {
        let bytes = Array(text.utf8)
        guard bytes.allSatisfy(\.isASCIIVisible), Self.fitsField(bytes) else {
            self = .home
            return
        }
        if let path = RedirectPath(bytes) {
            self.init(accepted: path.text)
        } else if let url = Self.split(text), let path = RedirectPath(url.rest) {
            // A URL of this site is a path of it: thus its scheme, which may be wrong behind a load balancer, is kept.
            if let host, url.origin.isOrigin(ofHost: host) {
                self.init(accepted: path.text)
            } else if origins.contains(url.origin) {
                self.init(accepted: url.origin.text + path.text)
            } else {
                self = .home
            }
        } else {
            self = .home
        }
    }

    private init(accepted text: String) { self.text = text }

    /// The value of a header Location.
    var location: HeaderValue { HeaderValue(url: text) }

    /// The path with its query, also of a URL.
    var place: String {
        guard !text.hasPrefix("/"), let scheme = text.firstRange(of: "://") else { return text }
        return String(text[scheme.upperBound...].drop { $0 != "/" })
    }

    /// Splits a URL into its origin and the rest. User information and all that browsers read as the end of a host, such as
    /// a backslash, are no part of an origin.
    private static func split(_ text: String) -> (origin: WebOrigin, rest: [UInt8])? {
        guard let scheme = text.firstRange(of: "://") else { return nil }
        let end = text[scheme.upperBound...].firstIndex { "/?#".contains($0) } ?? text.endIndex
        guard let origin = WebOrigin(String(text[..<end])) else { return nil }
        let rest = Array(text[end...].utf8)
        return (origin, rest.first == UInt8(ascii: "/") ? rest : [UInt8(ascii: "/")] + rest)
    }

    /// Returns whether a text is at most ``maxFieldBytes`` long as a field of a form (URL Standard, section 5.2).
    private static func fitsField(_ text: [UInt8]) -> Bool {
        if text.count * 3 <= maxFieldBytes { return true }
        let bytes = text.reduce(0) { $0 + ($1.isASCIIAlphanumeric || "*-._".utf8.contains($1) ? 1 : 3) }
        return bytes <= maxFieldBytes
    }
}
