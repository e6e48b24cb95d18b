/// The cookie that carries a session token in a browser.
struct SessionCookie: Sendable {
    let name: String
    /// The name's bytes, for comparing.
    let nameBytes: [UInt8]

    /// - Parameter name: a token, which the settings have seen to.
    init(name: String) {
        self.name = name
        nameBytes = Array(name.utf8)
    }

    /// The value of a Set-Cookie header that makes a browser forget the cookie.
    var expired: HeaderValue {
        do throws(SetCookie.Problem) {
            return try SetCookie(name: name, value: "", maxAge: .zero).headerValue
        } catch {
            preconditionFailure("settings refuse the cookie name: \(error)")
        }
    }
}
