/// The name of a header. Always a literal of this program, never text from outside.
struct HeaderName {
    let text: StaticString
    /// True if the header is sent as `Variable-NAME`: in role AUTHORIZER, a variable of the authorized request.
    let isVariable: Bool

    init(_ text: StaticString) {
        self.text = text
        isVariable = false
    }

    private init(variable text: StaticString) {
        self.text = text
        isVariable = true
    }

    /// Returns the name of a variable of the authorized request (FastCGI specification, section 6.3).
    static func variable(_ name: StaticString) -> HeaderName { HeaderName(variable: name) }

    static let allow = HeaderName("Allow")
    static let contentLanguage = HeaderName("Content-Language")
    static let contentSecurityPolicy = HeaderName("Content-Security-Policy")
    static let contentTypeOptions = HeaderName("X-Content-Type-Options")
    static let crossOriginOpenerPolicy = HeaderName("Cross-Origin-Opener-Policy")
    static let frameOptions = HeaderName("X-Frame-Options")
    static let clearSiteData = HeaderName("Clear-Site-Data")
    static let location = HeaderName("Location")
    static let referrerPolicy = HeaderName("Referrer-Policy")
    static let retryAfter = HeaderName("Retry-After")
    static let setCookie = HeaderName("Set-Cookie")
    static let vary = HeaderName("Vary")
    static let wwwAuthenticate = HeaderName("WWW-Authenticate")

    /// In a refused check: the address at which the client can sign in, for the front.
    static let authLocation = HeaderName("X-Auth-Location")

    static let remoteUser = HeaderName("Remote-User")
    static let remoteGroups = HeaderName("Remote-Groups")
    static let remoteName = HeaderName("Remote-Name")
    static let remoteEmail = HeaderName("Remote-Email")
    static let authUserID = HeaderName("X-Auth-User-Id")
    static let authSessionID = HeaderName("X-Auth-Session-Id")
}
