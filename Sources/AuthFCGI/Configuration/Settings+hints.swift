/// Settings that contradict each other on most sites, though not on all.
extension Settings {
    /// One sentence for each contradiction, without a full stop: for the log of 'serve', and for 'config check'.
    var hints: [String] { signInHints + [domainHint, logoHint].compactMap(\.self) }

    private var signInHints: [String] {
        guard let site = signInSite, let origin = WebOrigin(site), let start = site.firstRange(of: "://")?.upperBound,
            let host = Authority(site[start...])?.host
        else { return [] }
        var hints: [String] = []
        if self.redirectOrigins.allSatisfy({ $0 == origin }) {
            hints.append(
                "LOGIN_URL leads to \(site), and REDIRECT_ORIGINS names no other site: after a sign-in there people do not come back to one"
            )
        }
        if let domain = self.cookieDomain?.lowercased() {
            if host != domain, !host.hasSuffix("." + domain) {
                hints.append(
                    "LOGIN_URL leads to \(site), which is not in the domain of COOKIE_DOMAIN, \(domain): browsers refuse the cookie there"
                )
            }
        } else {
            hints.append(
                "LOGIN_URL leads to \(site), and COOKIE_DOMAIN is not set: a sign-in there counts on that host alone")
        }
        if origin.scheme == .http, host != "localhost", self.cookieIsSecure {
            hints.append(
                "LOGIN_URL begins with http://, and COOKIE_SECURE is on: browsers refuse the cookie there")
        }
        return hints
    }

    /// Only browsers have the list of all such domains.
    private var domainHint: String? {
        guard let domain = self.cookieDomain?.lowercased() else { return nil }
        let labels = domain.split(separator: ".")
        guard labels.count == 2, labels[1].utf8.count == 2, Self.commonSuffixes.contains(String(labels[0])) else {
            return nil
        }
        return
            "COOKIE_DOMAIN, \(domain), seems to be one under which anyone gets domains: browsers refuse cookies for those; write your own, such as example.\(domain)"
    }

    private static let commonSuffixes: Set<String> = ["ac", "co", "com", "edu", "go", "gov", "net", "ne", "or", "org"]

    private var logoHint: String? {
        guard let logo = self.pageLogo, logo.address.hasPrefix("http://"), self.cookieIsSecure else { return nil }
        return "PAGE_LOGO begins with http://: browsers may not show it on a page with https; write https://"
    }
}
