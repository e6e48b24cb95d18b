internal import EventLoop

/// The forms of the settings that concern browsers.
extension SettingForm where Value == String {
    /// A token of RFC 9110, section 5.6.2, as RFC 6265 requires for the name of a cookie.
    static var cookieName: Self {
        // All marks of a token but %, which cannot be in the value of a header as it is.
        let marks = "!#$&'*+-.^_`|~"
        return .text("name", "write at most 64 letters, digits and marks (\(marks))") { text in
            let isToken = text.utf8.allSatisfy { $0.isASCIIAlphanumeric || marks.utf8.contains($0) }
            return isToken && (1...64).contains(text.utf8.count)
        }
    }

    /// A domain with at least two labels. Browsers refuse cookies for others, and for IP addresses.
    static var cookieDomain: Self {
        .text("domain", "write a domain, such as example.com, without a port and without a dot at either end") { text in
            SetCookie.isDomain(text) && text.contains(".") && Authority(text[...]).map { !$0.isAddress } ?? false
        }
    }

    /// A path, or a URL without query and fragment, to which a query is appended.
    static var loginURL: Self {
        .text("path or URL", "write a path such as /auth/login, or a URL such as https://login.example.com/auth/login")
        {
            text in
            let path: Substring
            if text.hasPrefix("/") {
                path = text[...]
            } else {
                guard let scheme = text.firstRange(of: "://") else { return false }
                let slash = text[scheme.upperBound...].firstIndex(of: "/") ?? text.endIndex
                guard WebOrigin(String(text[..<slash])) != nil else { return false }
                path = text[slash...]
            }
            let isPlain = path.utf8.allSatisfy { $0.isASCIIAlphanumeric || "/-._~%".utf8.contains($0) }
            return isPlain && path.first == "/" && !path.hasPrefix("//") && path.utf8.count <= 256
        }
    }
}

extension SettingForm where Value == [WebOrigin] {
    /// Origins, separated by commas.
    static var origins: Self {
        Self(
            type: "origin,…",
            read: { (text, _) throws(SettingProblem) in
                let origins: [WebOrigin] = try text.entries {
                    WebOrigin(String($0))
                } or: {
                    "has the entry \($0); write origins, such as https://app.example.com:8443"
                }
                return origins.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
            },
            write: { $0.isEmpty ? nil : $0.map(\.text).joined(separator: ",") })
    }
}
