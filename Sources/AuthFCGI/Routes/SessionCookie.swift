/// The cookie that carries a session token in a browser.
struct SessionCookie: Sendable {
    let name: String
    /// The name's bytes, for comparing.
    let nameBytes: [UInt8]

    init(name: String) {
        self.name = name
        nameBytes = Array(name.utf8)
    }

    /// The value of a Set-Cookie header that makes a browser forget the cookie.
    var expired: HeaderValue {
        HeaderValue(encoding: name) + "=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"
    }
}
