/// The settings of the sign-in and its cookie, which are entries of ``SettingTable``.
enum SignInSettings {
    /// Nil for the name that browsers protect best with the other settings of the cookie: see ``Settings/sessionCookie``.
    static let cookieName = Setting(
        "COOKIE_NAME", .optional(.cookieName),
        default: .described(
            "__Host-session; with AUTHFCGI_COOKIE_DOMAIN __Secure-session, with AUTHFCGI_COOKIE_SECURE=off session"),
        "name of the session cookie")

    /// Nil for a cookie of one host.
    static let cookieDomain = Setting(
        "COOKIE_DOMAIN", .optional(.cookieDomain), default: .described("the host alone"),
        "domain whose hosts all get the session cookie, for one sign-in; each of these hosts can sign visitors of the others in or out"
    )

    static let cookieIsSecure = Setting(
        "COOKIE_SECURE", .toggle, default: .text("on"),
        "send the session cookie over https alone; off: for sites on plain http, such as a developer's machine")

    static let redirectOrigins = Setting(
        "REDIRECT_ORIGINS", .origins, default: .described("this site alone") { _ in [] },
        "origins besides this site to which a sign-in may lead back, such as https://app.example.com")

    /// A path of the host of a request, or a URL.
    static let loginURL = Setting(
        "LOGIN_URL", .loginURL, default: .text("/auth/login"),
        "address of the sign-in page that refused checks name: a path, or a URL if the page is on another host, which needs AUTHFCGI_COOKIE_DOMAIN and AUTHFCGI_REDIRECT_ORIGINS too"
    )
}
