/// The settings that concern browsers.
extension Settings {
    /// The session cookie.
    var sessionCookie: SessionCookie {
        SessionCookie(
            name: self.cookieName ?? Self.defaultCookieName(self.cookieDomain, isSecure: self.cookieIsSecure),
            domain: self.cookieDomain, isSecure: self.cookieIsSecure)
    }

    /// The address of the sign-in page.
    var signInAddress: SignInAddress { SignInAddress(url: self.loginURL, origins: self.redirectOrigins) }

    /// The site of the sign-in page, if LOGIN_URL names it; nil if that is a path of each site.
    var signInSite: String? {
        let url = self.loginURL
        guard let scheme = url.firstRange(of: "://") else { return nil }
        return String(url[..<(url[scheme.upperBound...].firstIndex(of: "/") ?? url.endIndex)])
    }

    /// The name that lets a browser refuse the cookie from whoever cannot set it over https, and from other hosts
    /// (RFC 6265bis, section 4.1.3).
    private static func defaultCookieName(_ domain: String?, isSecure: Bool) -> String {
        if !isSecure { return "session" }
        return domain == nil ? "__Host-session" : "__Secure-session"
    }

    /// Browsers ignore a cookie whose name promises what its attributes do not keep.
    func checkCookie(_ problems: inout SettingsProblems) {
        let table = SettingTable.shared
        guard let name = value(of: table.cookieName) ?? nil else { return }
        let (isHost, isPrefixed) = (
            name.lowercased().hasPrefix("__host-"), name.lowercased().hasPrefix("__secure-")
        )
        if value(of: table.cookieIsSecure) == false, isHost || isPrefixed {
            problems.add(
                table.cookieName,
                "begins with \(isHost ? "__Host-" : "__Secure-"), which browsers accept over https alone; remove it for COOKIE_SECURE=off"
            )
        } else if case .some(.some) = value(of: table.cookieDomain), isHost {
            problems.add(
                table.cookieName,
                "begins with __Host-, which browsers accept for one host alone; write __Secure- for COOKIE_DOMAIN")
        }
    }
}
