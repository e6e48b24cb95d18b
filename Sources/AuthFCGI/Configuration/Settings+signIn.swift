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

    /// The name with the strictest prefix that fits the cookie: browsers accept such a cookie over https alone, and with
    /// `__Host-` from this host alone (RFC 6265bis, section 4.1.3).
    private static func defaultCookieName(_ domain: String?, isSecure: Bool) -> String {
        if !isSecure { return "session" }
        return domain == nil ? "__Host-session" : "__Secure-session"
    }

    /// Checks the name: browsers ignore a cookie whose attributes do not fit the prefix of its name.
    func checkCookie(_ problems: inout SettingsProblems) {
        let table = SettingTable.shared
        guard let name = value(of: table.cookieName) ?? nil else { return }
        if name == SignInRounds.cookieName {
            problems.add(table.cookieName, "is the name of another cookie of the sign-in page; write another one")
        }
        // RFC 6265bis, section 4.1.3; __Http- and __Host-Http- are newer.
        let prefix = ["__Host-", "__Secure-", "__Http-"].first { name.lowercased().hasPrefix($0.lowercased()) }
        if value(of: table.cookieIsSecure) == false, let prefix {
            problems.add(
                table.cookieName,
                "begins with \(prefix), which browsers accept over https alone; remove it for COOKIE_SECURE=off")
        } else if case .some(.some) = value(of: table.cookieDomain), prefix == "__Host-" {
            problems.add(
                table.cookieName,
                "begins with __Host-, which browsers accept for one host alone; write __Secure- for COOKIE_DOMAIN")
        }
    }

    /// A refused check would send browsers to an address of the gate at which nobody can sign in.
    func checkLoginURL(_ problems: inout SettingsProblems) {
        let setting = SettingTable.shared.loginURL
        guard let url = value(of: setting) else { return }
        let host = url.firstRange(of: "://")?.upperBound ?? url.startIndex
        let path = String(url[host...].drop { $0 != "/" })
        let route = Route(path: path, method: "GET")
        guard route != .signInPage, route != .unknown else { return }
        problems.add(
            setting, "leads to \(path), which is no sign-in page; write the address of one, such as /auth/login")
    }
}
