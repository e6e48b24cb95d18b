/// What browsers send, which is more than the tests' client or curl do.
enum Browser {
    /// The headers of a page load within the site, besides Host and Cookie.
    static let headers = [
        ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
        ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
        ("Accept-Language", "de,en-US;q=0.7,en;q=0.3"), ("Accept-Encoding", "gzip, deflate, br, zstd"),
        ("Referer", "http://localhost/"), ("Upgrade-Insecure-Requests", "1"), ("Sec-Fetch-Dest", "document"),
        ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-User", "?1"),
        ("Priority", "u=0, i"),
    ]

    /// What an application gets to see of ``cookies(with:)``.
    static let otherCookies =
        "theme=dark; _ga=GA1.1.1234567890.1700000000; csrftoken=\"a b\"; consent=a%3D1%2Cb%3D2; sid="

    /// The cookies of a site in use, the session's among them.
    static func cookies(with token: String) -> (String, String) {
        ("Cookie", otherCookies.replacing("; csrftoken", with: "; __Host-session=\(token); csrftoken"))
    }

    /// A page load with the session's cookie, or with none.
    static func request(_ token: String? = nil) -> [(String, String)] {
        headers + [token.map { cookies(with: $0) } ?? ("Cookie", otherCookies)]
    }
}
