internal import EventLoop

/// What has just been done, for the page to which the browser is sent afterwards: a cookie that is read once.
///
/// An address could not say it: a link, or the place to return to after a sign-in, is whatever somebody has written, and would
/// have the page say that a password was changed.
struct DoneCookie: Sendable {
    /// The path of the page, to which alone browsers send the cookie.
    let path: String
    /// False for sites on plain http.
    let isSecure: Bool

    static let name = "authfcgi_done"
    /// The time that a browser has to ask for the page.
    static let lifetime: Duration = .seconds(60)

    /// Returns the answer that sends a browser to the page, which it can then load again without doing it again.
    /// - Parameter query: a query with its question mark, or nothing.
    func response(_ value: String, query: String = "") -> Response {
        let location = (name: HeaderName.location, value: HeaderValue(url: path + query))
        return Response(.seeOther, headers: [location] + header(value, Self.lifetime))
    }

    /// Returns the value in a request; nil if there is none. Several are none.
    static func value(in request: OriginalRequest) -> String? { request.cookie(named: name) }

    /// The header that forgets the value, for the page that shows it.
    var forgotten: [(name: HeaderName, value: HeaderValue)] { header("", .zero) }

    private func header(_ value: String, _ age: Duration) -> [(name: HeaderName, value: HeaderValue)] {
        do throws(SetCookie.Problem) {
            let cookie = try SetCookie(name: Self.name, value: value, path: path, maxAge: age, isSecure: isSecure)
            return [(.setCookie, cookie.headerValue)]
        } catch {
            // The browser is not told what was done.
            return []
        }
    }
}
