internal import EventLoop
internal import Sessions

/// The rounds that a browser makes between the sign-in page and another one within seconds: a cookie that counts them.
///
/// A browser that is signed in on the sign-in page is sent on at once; if the other page sends it back, the two do not
/// agree about the cookie, and the browser would go on for ever. Rounds to different pages have nothing to do with each
/// other: a person may load several tabs again, each of which stood at the sign-in page. And a browser that has just signed
/// in for the second time and comes back without the session's cookie drops it. After one login the person may have signed
/// out on another host of the domain, whose answer cannot delete this cookie.
///
/// The cookie is not secure, since it has to work where a secure one is dropped. It has the time in it, so that one that an
/// attacker has planted in a browser keeps nobody from signing in for longer than a real one.
struct SignInRounds: Equatable {
    /// How often the browser was sent on at once; after a login the number of logins as a negative number.
    let count: Int
    /// Unix time.
    let seconds: Int
    /// The beginning of a hash of the place to which the browser was sent on; empty after a login.
    let place: String

    static let cookieName = "authfcgi_rounds"
    /// The path of the sign-in page, to which alone browsers send the cookie.
    static let path = "/auth/login"
    /// Rounds that take longer than this are no loop.
    static let window = 10
    /// Logins that are further apart have nothing to do with each other.
    static let loginWindow = 60
    /// The number of rounds after which a browser is not sent on any more.
    static let maxCount = 2
    /// The length of ``place``.
    private static let placeLength = 8

    /// Begins with a login, or counts one more.
    init(loginAt seconds: Int, after rounds: SignInRounds?) {
        self.init(count: max(min(rounds?.count ?? 0, 0) - 1, -Self.maxCount), seconds: seconds, place: "")
    }

    private init(count: Int, seconds: Int, place: String) {
        self.count = count
        self.seconds = seconds
        self.place = place
    }

    /// Reads the cookie. Several are none, and so is one that is too old. The clocks of pods may differ by some seconds.
    init?(_ request: OriginalRequest, at now: Int) {
        guard let value = request.cookie(named: Self.cookieName) else { return nil }
        let parts = value.split(separator: ".", omittingEmptySubsequences: false)
        guard 2...3 ~= parts.count, let count = Int(parts[0]), let seconds = Int(parts[1]) else { return nil }
        self.init(count: count, seconds: seconds, place: parts.count == 3 ? String(parts[2]) : "")
        guard count > 0 ? place.utf8.count == Self.placeLength : parts.count == 2 else { return nil }
        guard -Self.maxCount...Self.maxCount ~= count, isRecent(at: now, lifetime) else { return nil }
    }

    /// Returns the next round to a place; nil if there must be none.
    static func next(after rounds: SignInRounds?, to target: RedirectTarget, at now: Int) -> SignInRounds? {
        let place = String(SHA256.digest(target.text.utf8Span.span).hex.prefix(placeLength))
        let before = rounds.map { $0.place == place ? max($0.count, 0) : 0 } ?? 0
        return before < maxCount ? SignInRounds(count: before + 1, seconds: now, place: place) : nil
    }

    /// Returns whether a browser without the session's cookie seems to drop it.
    func showsDroppedCookie(at now: Int) -> Bool { count <= -Self.maxCount && isRecent(at: now, Self.window) }

    /// The value of the Set-Cookie header.
    var cookie: HeaderValue? {
        Self.header("\(count).\(seconds)" + (place.isEmpty ? "" : ".\(place)"), .seconds(lifetime))
    }

    /// The value of the Set-Cookie header that forgets the rounds.
    static var forgotten: HeaderValue? { header("", .zero) }

    /// The time after which it counts nothing, in seconds.
    private var lifetime: Int { count < 0 ? Self.loginWindow : Self.window }

    private func isRecent(at now: Int, _ window: Int) -> Bool { now - window...now + window ~= seconds }

    private static func header(_ value: String, _ age: Duration) -> HeaderValue? {
        do throws(SetCookie.Problem) {
            return try SetCookie(name: cookieName, value: value, path: path, maxAge: age, isSecure: false).headerValue
        } catch {
            return nil
        }
    }
}
