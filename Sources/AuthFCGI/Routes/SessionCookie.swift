/// The cookie that carries a session token in a browser.
struct SessionCookie: Sendable {
    let name: String
    /// The bytes of the name, for comparisons.
    let nameBytes: [UInt8]

    /// - Parameter name: A token of HTTP, as the settings ensure.
    init(name: String) {
        self.name = name
        nameBytes = Array(name.utf8)
    }

    /// The value of a Set-Cookie header that deletes the cookie.
    var expired: HeaderValue {
        do throws(SetCookie.Problem) {
            return try SetCookie(name: name, value: "", maxAge: .zero).headerValue
        } catch {
            preconditionFailure("settings refuse the cookie name: \(error)")
        }
    }
}
